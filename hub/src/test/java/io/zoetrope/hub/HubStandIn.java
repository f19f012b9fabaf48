package io.zoetrope.hub;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.zoetrope.config.JsonConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A hub on the loopback interface, with the answers that {@code huggingface_hub} expects: small
 * files come from the hub itself, large ones from another host ({@code localhost} instead of {@code
 * 127.0.0.1}), which refuses a token. What goes wrong is asked for, request by request.
 */
public final class HubStandIn implements AutoCloseable {
  /** The token that opens everything, and one that is known and opens nothing. */
  public static final String GOOD_TOKEN = "hf_good";

  public static final String STRANGER_TOKEN = "hf_stranger";

  private static final List<String> LARGE = List.of(".safetensors", ".bin", ".gguf", ".model");
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");
  private static final int PAGE = 4;

  /** What goes wrong with an answer. */
  public sealed interface Fault {
    /** The hub answers so. */
    record Status(int code, Map<String, String> headers) implements Fault {}

    /**
     * The connection breaks behind so many bytes of the body; before the answer, if less than 0.
     */
    record Cut(int bytes) implements Fault {}

    /** The bytes are others. */
    record WrongBytes() implements Fault {}

    /** The range that was asked for is ignored. */
    record NoRange() implements Fault {}

    /** The hub says another size than it lists. */
    record WrongSize() implements Fault {}

    /** A redirect to somewhere. */
    record Redirect(String location) implements Fault {}

    /** Nothing comes, for as long as the client waits. */
    record Silence() implements Fault {}
  }

  /**
   * A request that came.
   *
   * @param headers by their names in lower case
   * @param served bytes of the body that were sent
   */
  public record Request(
      String method, String path, Map<String, String> headers, int status, long served) {
    /** Whether it was for the content of a large file. */
    public boolean isOfContent() {
      return path.startsWith("/cdn/");
    }
  }

  static {
    // Else each answer waits for the acknowledgement of its own headers.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  /** A file's content and what names it, which is found once. */
  private record Stored(byte[] bytes, String sha, String gitHash) {
    Stored(byte[] bytes) {
      this(bytes, hex("SHA-256", bytes), HubStandIn.gitHash(bytes));
    }
  }

  private record Planned(Pattern request, Fault fault, int[] times) {}

  /** A model of this hub. */
  public final class Repository {
    private final String name;
    private final Map<String, String> refs = new LinkedHashMap<>();
    private final Map<String, Map<String, Stored>> commits = new LinkedHashMap<>();
    private final Map<String, Long> claims = new LinkedHashMap<>();
    private boolean isGated;
    private boolean isPrivate;

    private Repository(String name) {
      this.name = name;
    }

    /** Makes a revision, which has these files. */
    public Repository with(String revision, Map<String, byte[]> files) {
      return with(revision, hex("SHA-1", (name + revision + files.keySet()).getBytes()), files);
    }

    /** Makes a revision of a commit. */
    public Repository with(String revision, String commit, Map<String, byte[]> files) {
      refs.put(revision, commit);
      Map<String, Stored> stored = new TreeMap<>();
      files.forEach((path, content) -> stored.put(path, new Stored(content)));
      stored.values().forEach(content -> contents.put(content.sha, content));
      commits.put(commit, stored);
      return this;
    }

    /** Lists a file with another size than it has. */
    public Repository claim(String path, long size) {
      claims.put(path, size);
      return this;
    }

    public Repository gated() {
      isGated = true;
      return this;
    }

    public Repository secret() {
      isPrivate = true;
      return this;
    }

    /** The commit of a revision; null if there is none. */
    public String commit(String revision) {
      return commits.containsKey(revision) ? revision : refs.get(revision);
    }
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Repository> repositories = new LinkedHashMap<>();
  private final Map<String, Stored> contents = new LinkedHashMap<>();
  private final List<Planned> faults = Collections.synchronizedList(new ArrayList<>());
  private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());

  /** Starts one on a free port. */
  public HubStandIn() throws IOException {
    server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /** Makes a model. */
  public Repository add(String name) {
    return repositories.computeIfAbsent(name, Repository::new);
  }

  /** Its address. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** The other host, which has the contents of large files. */
  String contentHost() {
    return "localhost:" + server.getAddress().getPort();
  }

  /**
   * Lets requests fail.
   *
   * @param request pattern that is looked for in {@code METHOD PATH}
   * @param times how many of them
   */
  public void fail(String request, int times, Fault fault) {
    faults.add(new Planned(Pattern.compile(request), fault, new int[] {times}));
  }

  /** Nothing fails any more. */
  public void calm() {
    faults.clear();
  }

  /** Nothing fails any more, and no request is remembered. */
  public void reset() {
    calm();
    requests.clear();
  }

  /** What was asked for since the last {@link #reset}. */
  public List<Request> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  /** Bytes of large files that were sent. */
  public long served() {
    return requests().stream().filter(Request::isOfContent).mapToLong(Request::served).sum();
  }

  private synchronized Fault fault(String request) {
    for (Planned planned : List.copyOf(faults)) {
      if (planned.times[0] > 0 && planned.request.matcher(request).find()) {
        planned.times[0]--;
        return planned.fault;
      }
    }
    return null;
  }

  private void handle(HttpExchange exchange) throws IOException {
    new Answer(exchange).give();
  }

  private static boolean isLarge(String path) {
    return LARGE.stream().anyMatch(path::endsWith);
  }

  static String hex(String algorithm, byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static String gitHash(byte[] content) {
    byte[] head = "blob %d\0".formatted(content.length).getBytes(StandardCharsets.US_ASCII);
    byte[] all = Arrays.copyOf(head, head.length + content.length);
    System.arraycopy(content, 0, all, head.length, content.length);
    return hex("SHA-1", all);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  /** One answer. */
  private final class Answer {
    private final HttpExchange exchange;
    private final String method;
    private final String path;
    private final Fault fault;

    Answer(HttpExchange exchange) {
      this.exchange = exchange;
      method = exchange.getRequestMethod();
      path = exchange.getRequestURI().toString();
      fault = fault(method + " " + path);
    }

    private String header(String name) {
      String value = exchange.getRequestHeaders().getFirst(name);
      return value == null ? "" : value;
    }

    void give() throws IOException {
      switch (fault) {
        case Fault.Status status -> {
          error(status.code, "", "fault", status.headers);
          return;
        }
        case Fault.Cut cut when cut.bytes < 0 -> {
          remember(0, 0);
          exchange.close();
          return;
        }
        case Fault.Redirect redirect -> {
          send(302, Map.of("Location", redirect.location), new byte[0]);
          return;
        }
        case Fault.Silence _ -> {
          try {
            Thread.sleep(60_000);
          } catch (InterruptedException _) {
            exchange.close();
          }
          return;
        }
        case null, default -> {}
      }
      String[] raw = exchange.getRequestURI().getRawPath().substring(1).split("/", -1);
      String[] parts =
          Arrays.stream(raw)
              .map(part -> URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8))
              .toArray(String[]::new);
      if (raw[0].equals("cdn")) {
        content(parts[1]);
      } else if (raw[0].equals("api") && raw.length > 5 && parts[1].equals("models")) {
        api(parts[2] + "/" + parts[3], parts[4], tail(parts, 5));
      } else if (raw[0].equals("api") && parts[1].equals("resolve-cache")) {
        file(parts[3] + "/" + parts[4], parts[5], tail(parts, 6), true);
      } else if (raw.length > 4 && parts[2].equals("resolve")) {
        file(parts[0] + "/" + parts[1], parts[3], tail(parts, 4), false);
      } else {
        error(404, "", "Not found", Map.of());
      }
    }

    private static String tail(String[] parts, int from) {
      return String.join("/", Arrays.asList(parts).subList(from, parts.length));
    }

    private boolean isRefused(String name, boolean isFile) throws IOException {
      Repository repository = repositories.get(name);
      String token = header("Authorization");
      boolean isKnown =
          token.equals("Bearer " + GOOD_TOKEN) || token.equals("Bearer " + STRANGER_TOKEN);
      if (repository == null || (repository.isPrivate && token.isEmpty())) {
        boolean isAnonymous = token.isEmpty();
        error(
            isAnonymous ? 401 : 404,
            isAnonymous ? "" : "RepoNotFound",
            isAnonymous ? "Invalid username or password." : "Repository not found",
            Map.of());
        return true;
      }
      if (!token.isEmpty() && !isKnown) {
        error(401, "", "Invalid credentials in Authorization header", Map.of());
        return true;
      }
      if (isFile && repository.isGated && !token.equals("Bearer " + GOOD_TOKEN)) {
        error(
            token.isEmpty() ? 401 : 403,
            "GatedRepo",
            "Access to model %s is restricted.".formatted(name),
            Map.of());
        return true;
      }
      return false;
    }

    private void api(String name, String what, String revision) throws IOException {
      if (isRefused(name, false)) {
        return;
      }
      Repository repository = repositories.get(name);
      String commit = repository.commit(revision);
      if (commit == null) {
        error(404, "RevisionNotFound", "Invalid rev id: " + revision, Map.of());
      } else if (what.equals("revision")) {
        ObjectNode info = JsonConfig.MAPPER.createObjectNode();
        info.put("id", name).put("sha", commit);
        json(info.toString(), Map.of());
      } else {
        tree(repository, commit);
      }
    }

    /** Small pages: the next one is named by a header. */
    private void tree(Repository repository, String commit) throws IOException {
      Map<String, Stored> files = repository.commits.get(commit);
      ArrayNode all = JsonConfig.MAPPER.createArrayNode();
      files.keySet().stream()
          .filter(file -> file.contains("/"))
          .map(file -> file.substring(0, file.indexOf('/')))
          .distinct()
          .forEach(folder ->
              all.addObject().put("type", "directory").put("path", folder).put("size", 0));
      files.forEach((file, content) -> {
        long size = repository.claims.getOrDefault(file, (long) content.bytes.length);
        ObjectNode entry = all.addObject();
        entry.put("type", "file").put("oid", content.gitHash).put("size", size);
        if (isLarge(file)) {
          String sha = content.sha;
          String pointer =
              "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n"
                  .formatted(sha, content.bytes.length);
          entry.put("oid", gitHash(pointer.getBytes(StandardCharsets.US_ASCII)));
          entry.putObject("lfs").put("oid", sha).put("size", size);
        }
        entry.put("path", file);
      });
      Matcher cursor =
          Pattern.compile("cursor=(\\d+)").matcher("" + exchange.getRequestURI().getQuery());
      int from = cursor.find() ? Integer.parseInt(cursor.group(1)) : 0;
      ArrayNode page = JsonConfig.MAPPER.createArrayNode();
      for (int i = from; i < Math.min(from + PAGE, all.size()); i++) {
        page.add(all.get(i));
      }
      Map<String, String> headers = new TreeMap<>(Map.of("X-Repo-Commit", commit));
      if (from + PAGE < all.size()) {
        headers.put(
            "Link",
            "<%s/api/models/%s/tree/%s?recursive=true&expand=false&cursor=%d>; rel=\"next\""
                .formatted(endpoint(), repository.name, commit, from + PAGE));
      }
      json(page.toString(), headers);
    }

    private void file(String name, String revision, String file, boolean isDirect)
        throws IOException {
      if (isRefused(name, true)) {
        return;
      }
      Repository repository = repositories.get(name);
      String commit = repository.commit(revision);
      if (commit == null) {
        error(404, "RevisionNotFound", "Invalid rev id: " + revision, Map.of());
        return;
      }
      Stored content = repository.commits.get(commit).get(file);
      if (content == null) {
        error(404, "EntryNotFound", "Entry not found", Map.of("X-Repo-Commit", commit));
        return;
      }
      Map<String, String> headers = new TreeMap<>(Map.of("X-Repo-Commit", commit));
      int size = content.bytes.length + (fault instanceof Fault.WrongSize ? 7 : 0);
      String encoded = WebAddress.path(file);
      if (isLarge(file)) {
        String sha = content.sha;
        headers.put("X-Linked-Size", "" + size);
        headers.put("X-Linked-Etag", '"' + sha + '"');
        headers.put("ETag", '"' + "0".repeat(40) + '"');
        headers.put(
            "Location",
            "http://%s/cdn/%s?X-Amz-Expires=3600&X-Amz-Signature=0123456789abcdef&repo=%s"
                .formatted(contentHost(), sha, name));
        send(302, headers, text("Found. Redirecting to elsewhere"));
      } else if (file.endsWith(".json") && !isDirect) {
        headers.put("X-Linked-Size", "" + size);
        headers.put("ETag", '"' + content.gitHash + '"');
        headers.put(
            "Location",
            "/api/resolve-cache/models/%s/%s/%s?%%2F%s"
                .formatted(name, commit, encoded, WebAddress.segment(name)));
        send(307, headers, text("Temporary Redirect. Redirecting to elsewhere"));
      } else {
        headers.put("ETag", '"' + content.gitHash + '"');
        range(content.bytes, headers);
      }
    }

    private void content(String sha) throws IOException {
      if (!header("Authorization").isEmpty()) {
        error(400, "", "the signed address must not get the token", Map.of());
        return;
      }
      if (!path.contains("X-Amz-Signature=0123456789abcdef")) {
        error(403, "", "signature", Map.of());
        return;
      }
      if (contents.containsKey(sha)) {
        byte[] content = contents.get(sha).bytes;
        String tag = '"' + hex("MD5", content) + '"';
        if (!List.of("", tag).contains(header("If-Match"))) {
          error(412, "", "Precondition failed", Map.of());
        } else {
          range(content, new TreeMap<>(Map.of("ETag", tag)));
        }
        return;
      }
      error(404, "", "no such blob", Map.of());
    }

    private void range(byte[] content, Map<String, String> headers) throws IOException {
      Matcher range = RANGE.matcher(header("Range"));
      if (!range.matches() || fault instanceof Fault.NoRange) {
        send(200, headers, content);
        return;
      }
      int from = Integer.parseInt(range.group(1));
      int to = range.group(2).isEmpty() ? content.length - 1 : Integer.parseInt(range.group(2));
      if (from >= content.length) {
        headers.put("Content-Range", "bytes */" + content.length);
        send(416, headers, new byte[0]);
        return;
      }
      int end = Math.min(to, content.length - 1) + 1;
      headers.put("Content-Range", "bytes %d-%d/%d".formatted(from, end - 1, content.length));
      send(206, headers, Arrays.copyOfRange(content, from, end));
    }

    private void json(String text, Map<String, String> headers) throws IOException {
      Map<String, String> all = new TreeMap<>(headers);
      all.put("Content-Type", "application/json; charset=utf-8");
      send(200, all, text.getBytes(StandardCharsets.UTF_8));
    }

    private void error(int status, String code, String message, Map<String, String> headers)
        throws IOException {
      Map<String, String> all = new TreeMap<>(headers);
      all.put("X-Error-Message", message);
      if (!code.isEmpty()) {
        all.put("X-Error-Code", code);
      }
      send(status, all, "{\"error\":\"%s\"}".formatted(message).getBytes());
    }

    private void send(int status, Map<String, String> headers, byte[] body) throws IOException {
      Headers to = exchange.getResponseHeaders();
      headers.forEach(to::set);
      boolean isHead = method.equals("HEAD");
      if (isHead) {
        to.set("Content-Length", "" + body.length);
      }
      byte[] sent = body;
      if (fault instanceof Fault.WrongBytes) {
        sent = body.clone();
        for (int i = 0; i < sent.length; i++) {
          sent[i] ^= 0x5A;
        }
      }
      int limit = fault instanceof Fault.Cut cut ? Math.min(cut.bytes, body.length) : body.length;
      remember(status, isHead ? 0 : limit);
      exchange.sendResponseHeaders(status, isHead || body.length == 0 ? -1 : body.length);
      try {
        if (!isHead && body.length > 0) {
          exchange.getResponseBody().write(sent, 0, limit);
          exchange.getResponseBody().flush();
        }
      } catch (IOException _) {
        // The client wants no more.
      } finally {
        exchange.close();
      }
    }

    private void remember(int status, long served) {
      Map<String, String> headers = new TreeMap<>();
      exchange
          .getRequestHeaders()
          .forEach((name, values) -> headers.put(name.toLowerCase(), values.getFirst()));
      requests.add(new Request(method, path, headers, status, served));
    }
  }

  /** A content that is the same each time. */
  public static byte[] noise(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** A safetensors file of one tensor of noise. */
  public static byte[] safetensors(long seed, int values) {
    return safetensors("w", seed, values);
  }

  /** A safetensors file of one tensor of noise, which has a name. */
  public static byte[] safetensors(String name, long seed, int values) {
    String header =
        "{\"%s\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
            .formatted(name, values, values);
    byte[] json = header.getBytes(StandardCharsets.US_ASCII);
    byte[] file = new byte[8 + json.length + values];
    for (int i = 0; i < 8; i++) {
      file[i] = (byte) ((long) json.length >>> (8 * i));
    }
    System.arraycopy(json, 0, file, 8, json.length);
    System.arraycopy(noise(seed, values), 0, file, 8 + json.length, values);
    return file;
  }

  /** A text. */
  public static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
