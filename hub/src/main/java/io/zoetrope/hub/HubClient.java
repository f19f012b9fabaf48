package io.zoetrope.hub;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.files.FileErrors;
import io.zoetrope.files.Printable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;

/**
 * Requests to a hub. Redirects are followed here, a bounded number of them, because the token must
 * not go to another host; a time without a byte ends a request, which Java's client doesn't know.
 * Each request has a connection of its own: several of them are faster than one that is shared.
 */
final class HubClient implements AutoCloseable {
  private static final int MOST_REDIRECTS = 8;

  /** Listings of the largest repositories have a tenth of it on a page. */
  private static final int JSON_LIMIT = 64 << 20;

  private static final int ERROR_LIMIT = 1 << 16;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int REQUEST_TIMEOUT = 408;
  private static final long LOOK_MILLIS = 250;
  private static final int PROXY_AUTHORIZATION = 407;
  private static final String ANY_BODY = "*/*";
  private static final String TUNNEL_SCHEMES = "jdk.http.auth.tunneling.disabledSchemes";

  private final HubSettings settings;
  private final Pauses pauses;
  private final Consumer<String> notes;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient http;
  private volatile boolean hasAnswered;

  /**
   * A client that has opened no connection yet.
   *
   * @param notes hears why a request is made again
   * @throws HubException if the settings are offline
   */
  HubClient(HubSettings settings, Pauses pauses, Consumer<String> notes) {
    if (settings.isOffline()) {
      throw new HubException("no connection is opened: --offline or HF_HUB_OFFLINE says so");
    }
    this.settings = settings;
    this.pauses = pauses;
    this.notes = notes;
    if (settings.proxies().hop(settings.endpoint()).flatMap(Proxies.Hop::authorization).isPresent()
        && System.getProperty(TUNNEL_SCHEMES) == null) {
      // Java shows no password to proxies that tunnel, as long as this is not said.
      System.setProperty(TUNNEL_SCHEMES, "");
    }
    http =
        HttpClient.newBuilder()
            .proxy(settings.proxies().selector())
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.answerTimeout())
            .executor(threads)
            .build();
  }

  /**
   * An answer without its body.
   *
   * @param uri where it came from, behind redirects
   * @param first headers of the first answer, before redirects
   */
  record Reply(URI uri, int status, HttpHeaders headers, HttpHeaders first) {
    boolean isSuccess() {
      return status / 100 == 2;
    }

    /** A header of the first answer, or else of the last one; empty if neither has it. */
    String header(String name) {
      return first.firstValue(name).or(() -> headers.firstValue(name)).orElse("");
    }
  }

  /**
   * A text in JSON.
   *
   * @param headers of the answer
   */
  record Json(JsonNode value, HttpHeaders headers) {}

  /** The address of something at the hub. */
  URI address(String path) {
    return URI.create(settings.endpoint() + path);
  }

  /** Tries that wait as this client's do. */
  Retries retries(String what) {
    return new Retries(what, pauses, notes);
  }

  /** Whether the hub knows who asks. */
  boolean hasToken() {
    return settings.token().isPresent();
  }

  URI endpoint() {
    return settings.endpoint();
  }

  /**
   * Reads JSON about a model.
   *
   * @throws HubException if the hub refuses or can't be reached, or the answer is none
   */
  Json json(ModelName model, URI uri) {
    Retries retries = retries(model.toString());
    while (true) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      try {
        Reply reply = send("GET", uri, Map.of(), true, info -> collector(info, body));
        if (!reply.isSuccess()) {
          throw Refusal.of(this, model, "", reply);
        }
        return new Json(parse(reply.uri(), body.toByteArray()), reply.headers());
      } catch (PassingFailure e) {
        retries.pauseAfter(e);
      }
    }
  }

  private static Predicate<ByteBuffer> collector(
      HttpResponse.ResponseInfo info, ByteArrayOutputStream body) {
    int limit = info.statusCode() / 100 == 2 ? JSON_LIMIT : ERROR_LIMIT;
    return bytes -> {
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      body.writeBytes(copy);
      return body.size() <= limit;
    };
  }

  private static JsonNode parse(URI uri, byte[] body) {
    try {
      return JsonConfig.MAPPER.readTree(body);
    } catch (JacksonException e) {
      throw new HubException(
          "%s answers with something else than JSON (%s): is HF_ENDPOINT the address of a hub?"
              .formatted(WebAddress.shown(uri), FileErrors.reason(e)),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Makes a request, behind redirects too, once.
   *
   * @param followsElsewhere whether redirects to other hosts are followed; else the first one of
   *     them is the answer
   * @param sinks chooses what takes the body of an answer that is no redirect
   * @throws PassingFailure if the connection or the server failed, and may not the next time
   * @throws HubException if it makes no sense to ask again
   */
  Reply send(
      String method,
      URI uri,
      Map<String, String> headers,
      boolean followsElsewhere,
      Function<HttpResponse.ResponseInfo, Predicate<ByteBuffer>> sinks)
      throws PassingFailure {
    URI at = uri;
    HttpHeaders first = null;
    for (int i = 0; i <= MOST_REDIRECTS; i++) {
      HttpResponse<Void> response =
          exchange(
              request(method, at, headers),
              // Redirects have texts for people, which belong to nothing.
              info -> info.statusCode() / 100 == 3 ? _ -> true : sinks.apply(info));
      int status = response.statusCode();
      if (status == PROXY_AUTHORIZATION) {
        throw new HubException(
            "the proxy%s wants a name and a password that it knows: set HTTPS_PROXY to http://NAME:PASSWORD@HOST:PORT"
                .formatted(settings.proxies().hop(at).map(hop -> " " + hop).orElse("")));
      }
      first = first == null ? response.headers() : first;
      Reply reply = new Reply(at, status, response.headers(), first);
      String location = response.headers().firstValue("location").orElse("");
      if (status == TOO_MANY_REQUESTS || status == REQUEST_TIMEOUT || status / 100 == 5) {
        throw new PassingFailure(
            status == TOO_MANY_REQUESTS
                ? "%s wants fewer requests (429)".formatted(at.getHost())
                : "%s answers %d".formatted(at.getHost(), status),
            response.headers());
      } else if (status / 100 != 3 || location.isEmpty()) {
        return reply;
      }
      URI to = WebAddress.redirect(at, location);
      if (!followsElsewhere && !WebAddress.isSameOrigin(at, to)) {
        return reply;
      }
      at = to;
    }
    throw new HubException(
        "%s: more than %d redirects".formatted(WebAddress.shown(uri), MOST_REDIRECTS));
  }

  private HttpRequest request(String method, URI uri, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .header("Accept", ANY_BODY)
            .header("Accept-Encoding", "identity")
            .header("User-Agent", "zoetrope");
    headers.forEach(request::header);
    settings
        .proxies()
        .hop(uri)
        .flatMap(Proxies.Hop::authorization)
        .ifPresent(shown -> request.header("Proxy-Authorization", shown));
    if (WebAddress.isSameOrigin(uri, settings.endpoint())) {
      settings
          .token()
          .ifPresent(token -> request.header("Authorization", "Bearer " + token.value()));
    }
    return request.build();
  }

  private HttpResponse<Void> exchange(
      HttpRequest request, Function<HttpResponse.ResponseInfo, Predicate<ByteBuffer>> sinks)
      throws PassingFailure {
    Transfer transfer = new Transfer(sinks);
    CompletableFuture<HttpResponse<Void>> answer = http.sendAsync(request, transfer);
    try {
      HttpResponse<Void> response = await(request.uri(), transfer, answer);
      hasAnswered = true;
      return response;
    } finally {
      // Nothing of it may come when it is made again.
      transfer.abort();
      answer.cancel(true);
    }
  }

  private HttpResponse<Void> await(
      URI uri, Transfer transfer, CompletableFuture<HttpResponse<Void>> answer)
      throws PassingFailure {
    while (true) {
      Duration limit = transfer.hasBegun() ? settings.stallTimeout() : settings.answerTimeout();
      try {
        return answer.get(Math.min(LOOK_MILLIS, limit.toMillis()), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        if (transfer.silentNanos() > limit.toNanos()) {
          throw new PassingFailure(
              "nothing came from %s for %d s".formatted(uri.getHost(), limit.toSeconds()), e);
        }
      } catch (InterruptedException e) {
        throw stopped(e);
      } catch (ExecutionException e) {
        throw failure(uri, e.getCause());
      }
    }
  }

  private static CancellationException stopped(Exception cause) {
    CancellationException stopped = new CancellationException("interrupted");
    stopped.initCause(cause);
    return stopped;
  }

  private PassingFailure failure(URI uri, Throwable cause) {
    Optional<Proxies.Hop> hop = settings.proxies().hop(uri);
    String host =
        Printable.value(String.valueOf(uri.getHost()))
            + hop.map(proxy -> " by way of the proxy " + proxy).orElse("");
    switch (cause) {
      // What a sink threw: the disk refuses, for one.
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case SSLException e when isAboutCertificates(e) ->
          throw new HubException(
              "%s: no encrypted connection: %s".formatted(host, FileErrors.reason(e)), e);
      case ConnectException e when isUnknownHost(e) && !hasAnswered ->
          throw new HubException(
              "the address of %s is not known: connect this machine to the network, or use"
                      .formatted(host)
                  + " --offline with models that are in the cache",
              e);
      case ConnectException e when !hasAnswered ->
          throw new HubException(
              "cannot connect to %s: %s"
                  .formatted(
                      host,
                      hop.isPresent()
                          ? "HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names it"
                          : "is this machine connected, or does it need a proxy?"),
              e);
      case ConnectException e -> {
        return new PassingFailure("cannot connect to " + host, e);
      }
      case IOException e -> {
        return new PassingFailure(
            "the connection to %s broke (%s)".formatted(host, FileErrors.reason(e)), e);
      }
      default -> throw new IllegalStateException(cause);
    }
  }

  private static boolean isAboutCertificates(Throwable e) {
    return e instanceof CertificateException
        || (e.getCause() != null && isAboutCertificates(e.getCause()));
  }

  private static boolean isUnknownHost(ConnectException e) {
    return e.getCause() instanceof UnresolvedAddressException
        || e.getCause() instanceof UnknownHostException
        || e.getCause() instanceof ConnectException c && isUnknownHost(c);
  }

  @Override
  public void close() {
    http.shutdownNow();
    http.close();
    threads.close();
  }
}
