package io.zoetrope.hub;

import static io.zoetrope.hub.HubStandIn.gitHash;
import static io.zoetrope.hub.HubStandIn.hex;
import static io.zoetrope.hub.HubStandIn.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.hub.HubStandIn.Fault;
import io.zoetrope.hub.HubStandIn.Repository;
import io.zoetrope.hub.HubStandIn.Stored;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An answer of a {@link HubStandIn}: the protocol of the hub, and what goes wrong with it. */
final class StandInAnswer {
  private static final List<String> LARGE = List.of(".safetensors", ".bin", ".gguf", ".model");
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");
  private static final int PAGE = 4;

  private final HubStandIn hub;
  private final HttpExchange exchange;
  private final String method;
  private final String path;
  private final Fault fault;

  StandInAnswer(HubStandIn hub, HttpExchange exchange) {
    this.hub = hub;
    this.exchange = exchange;
    method = exchange.getRequestMethod();
    path = exchange.getRequestURI().toString();
    fault = hub.fault(method + " " + path);
  }

  private String header(String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "" : value;
  }

  void give() throws IOException {
    switch (fault) {
      case Fault.Status status -> {
        error(status.code(), "", "fault", status.headers());
        return;
      }
      case Fault.Cut cut when cut.bytes() < 0 -> {
        remember(0, 0);
        exchange.close();
        return;
      }
      case Fault.Redirect redirect -> {
        send(302, Map.of("Location", redirect.location()), new byte[0]);
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

  private static boolean isLarge(String path) {
    return LARGE.stream().anyMatch(path::endsWith);
  }

  private static String tail(String[] parts, int from) {
    return String.join("/", Arrays.asList(parts).subList(from, parts.length));
  }

  private boolean isRefused(String name, boolean isFile) throws IOException {
    Repository repository = hub.repository(name);
    String token = header("Authorization");
    boolean isKnown =
        token.equals("Bearer " + HubStandIn.GOOD_TOKEN)
            || token.equals("Bearer " + HubStandIn.STRANGER_TOKEN);
    if (repository == null || (repository.isPrivate() && token.isEmpty())) {
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
    if (isFile && repository.isGated() && !token.equals("Bearer " + HubStandIn.GOOD_TOKEN)) {
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
    Repository repository = hub.repository(name);
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
    Map<String, Stored> files = repository.files(commit);
    ArrayNode all = JsonConfig.MAPPER.createArrayNode();
    files.keySet().stream()
        .filter(file -> file.contains("/"))
        .map(file -> file.substring(0, file.indexOf('/')))
        .distinct()
        .forEach(
            folder -> all.addObject().put("type", "directory").put("path", folder).put("size", 0));
    files.forEach((file, content) -> {
      long size = repository.claimed(file, content.bytes().length);
      ObjectNode entry = all.addObject();
      entry.put("type", "file").put("oid", content.gitHash()).put("size", size);
      if (isLarge(file)) {
        String sha = content.sha();
        String pointer =
            "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n"
                .formatted(sha, content.bytes().length);
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
              .formatted(hub.endpoint(), repository.name(), commit, from + PAGE));
    }
    json(page.toString(), headers);
  }

  private void file(String name, String revision, String file, boolean isDirect)
      throws IOException {
    if (isRefused(name, true)) {
      return;
    }
    Repository repository = hub.repository(name);
    String commit = repository.commit(revision);
    if (commit == null) {
      error(404, "RevisionNotFound", "Invalid rev id: " + revision, Map.of());
      return;
    }
    Stored content = repository.files(commit).get(file);
    if (content == null) {
      error(404, "EntryNotFound", "Entry not found", Map.of("X-Repo-Commit", commit));
      return;
    }
    Map<String, String> headers = new TreeMap<>(Map.of("X-Repo-Commit", commit));
    int size = content.bytes().length + (fault instanceof Fault.WrongSize ? 7 : 0);
    String encoded = WebAddress.path(file);
    if (isLarge(file)) {
      String sha = content.sha();
      headers.put("X-Linked-Size", "" + size);
      headers.put("X-Linked-Etag", '"' + sha + '"');
      headers.put("ETag", '"' + "0".repeat(40) + '"');
      headers.put(
          "Location",
          "http://%s/cdn/%s?X-Amz-Expires=3600&X-Amz-Signature=0123456789abcdef&repo=%s"
              .formatted(hub.contentHost(), sha, name));
      send(302, headers, text("Found. Redirecting to elsewhere"));
    } else if (file.endsWith(".json") && !isDirect) {
      headers.put("X-Linked-Size", "" + size);
      headers.put("ETag", '"' + content.gitHash() + '"');
      headers.put(
          "Location",
          "/api/resolve-cache/models/%s/%s/%s?%%2F%s"
              .formatted(name, commit, encoded, WebAddress.segment(name)));
      send(307, headers, text("Temporary Redirect. Redirecting to elsewhere"));
    } else {
      headers.put("ETag", '"' + content.gitHash() + '"');
      range(content.bytes(), headers);
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
    Stored stored = hub.content(sha);
    if (stored != null) {
      byte[] content = stored.bytes();
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
    int limit = fault instanceof Fault.Cut cut ? Math.min(cut.bytes(), body.length) : body.length;
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
    hub.remember(new HubStandIn.Request(method, path, headers, status, served));
  }
}
