package io.zoetrope.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
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
  record Stored(byte[] bytes, String sha, String gitHash) {
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

    String name() {
      return name;
    }

    boolean isGated() {
      return isGated;
    }

    boolean isPrivate() {
      return isPrivate;
    }

    /** The files of a commit. */
    Map<String, Stored> files(String commit) {
      return commits.get(commit);
    }

    /** The size that a file is listed with. */
    long claimed(String path, long size) {
      return claims.getOrDefault(path, size);
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

  /** A model; null if there is none. */
  Repository repository(String name) {
    return repositories.get(name);
  }

  /** A large file; null if there is none. */
  Stored content(String sha) {
    return contents.get(sha);
  }

  void remember(Request request) {
    requests.add(request);
  }

  /** What goes wrong with a request; null if nothing does. */
  synchronized Fault fault(String request) {
    for (Planned planned : List.copyOf(faults)) {
      if (planned.times[0] > 0 && planned.request.matcher(request).find()) {
        planned.times[0]--;
        return planned.fault;
      }
    }
    return null;
  }

  private void handle(HttpExchange exchange) throws IOException {
    new StandInAnswer(this, exchange).give();
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
