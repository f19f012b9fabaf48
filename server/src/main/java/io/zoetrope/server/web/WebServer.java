package io.zoetrope.server.web;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.zoetrope.files.FileErrors;
import io.zoetrope.media.Provenance;
import io.zoetrope.server.api.ApiException;
import io.zoetrope.server.api.Fields;
import io.zoetrope.server.api.Json;
import io.zoetrope.server.model.Limits;
import io.zoetrope.server.store.StoreException;
import io.zoetrope.server.work.JobService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/** HTTP: which path does what, and what holds for all of them. */
public final class WebServer implements AutoCloseable {
  /** Nothing but what the server itself sends, no scripts in pages, no frames around them. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
          + " media-src 'self' blob:; connect-src 'self'; font-src 'self'; form-action 'self';"
          + " base-uri 'none'; frame-ancestors 'none'";

  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy", POLICY,
          "X-Content-Type-Options", "nosniff",
          "Referrer-Policy", "no-referrer",
          "Cross-Origin-Resource-Policy", "same-origin",
          "Cross-Origin-Opener-Policy", "same-origin");

  private static final int MAX_HEADERS = 16 << 10;
  private static final int INTERNAL = 500;
  private static final int UNAVAILABLE = 503;
  private static final int TOO_MANY = 429;

  private final JobService jobs;
  private final Access access;
  private final Limits limits;
  private final Consumer<String> log;
  private final PrometheusMeterRegistry metrics =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Javalin javalin;

  /**
   * Begins to answer.
   *
   * @param host name or address of this machine to listen at
   * @param port 0 for one that is free
   * @param log gets a line for each defect
   */
  public WebServer(
      String host, int port, JobService jobs, Access access, Limits limits, Consumer<String> log) {
    this.jobs = jobs;
    this.access = access;
    this.limits = limits;
    this.log = log;
    javalin = Javalin.create(this::configure).start(host, port);
  }

  /** The port that it listens at. */
  public int port() {
    return javalin.port();
  }

  private void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.concurrency.useVirtualThreads = true;
    config.http.prefer405over404 = true;
    config.http.maxRequestSize = limits.bodyBytes();
    config.jetty.modifyHttpConfiguration(http -> {
      http.setSendServerVersion(false);
      http.setSendXPoweredBy(false);
      http.setRequestHeaderSize(MAX_HEADERS);
    });
    // What is in progress is ended by the jobs' own end.
    config.jetty.modifyServer(server -> server.setStopTimeout(0));
    config.requestLogger.http((request, millis) -> time(request, millis));
    gauge("zoetrope_jobs_queued", "Jobs that wait", "queued");
    gauge("zoetrope_jobs_running", "Jobs that run", "running");
    Gauge.builder("zoetrope_jobs_failed", jobs, JobService::failures)
        .description("Jobs that have failed since the start")
        .register(metrics);
    Gauge.builder("zoetrope_event_streams", jobs, service -> service.events().listeners())
        .description("Clients that listen to events")
        .register(metrics);
    addTo(config.routes);
  }

  private void gauge(String name, String description, String field) {
    Gauge.builder(name, jobs, service -> service.health().get(field).asDouble())
        .description(description)
        .register(metrics);
  }

  private void time(Context request, float millis) {
    Timer.builder("zoetrope_http_requests")
        .tag("method", request.method().name())
        .tag("status", Integer.toString(request.statusCode()))
        .register(metrics)
        .record(Duration.ofNanos((long) (millis * 1e6)));
  }

  private void addTo(RoutesConfig routes) {
    routes.before(request -> {
      HEADERS.forEach(request::header);
      access.check(request);
    });
    VideoRoutes videos = new VideoRoutes(jobs, limits);
    videos.addTo(routes);
    new OtherFaces(jobs, videos).addTo(routes);
    routes.get("/health", this::health);
    routes.get(
        "/metrics",
        request ->
            request
                .contentType("text/plain; version=0.0.4; charset=utf-8")
                .result(metrics.scrape()));
    routes.get("/v1/session", this::session);
    routes.post("/v1/session", this::signIn);
    routes.delete(
        "/v1/session",
        request -> {
          access.signOut(request);
          session(request, false);
        });
    routes.get("/", Pages::send);
    routes.get("/<path>", Pages::send);
    routes.exception(ApiException.class, WebServer::refuse);
    routes.exception(
        StoreException.class,
        (e, request) -> {
          log.accept(e.getMessage());
          refuse(ApiException.unavailable(e.getMessage()), request);
        });
    routes.exception(UncheckedIOException.class, (e, request) -> failed(e.getCause(), request));
    routes.exception(IOException.class, this::failed);
    routes.exception(
        Exception.class,
        (e, request) -> {
          log.accept("%s %s: %s".formatted(request.method(), request.path(), e));
          if (e instanceof RuntimeException) {
            e.printStackTrace();
          }
          refuse(
              new ApiException(INTERNAL, null, "internal_error", "a defect of the server"),
              request);
        });
    for (int status : new int[] {404, 405}) {
      routes.error(
          status,
          request -> {
            if (request.result() == null || request.result().isEmpty() || !isOurs(request)) {
              refuse(
                  new ApiException(
                      status,
                      null,
                      status == 404 ? "not_found" : "method_not_allowed",
                      "there is nothing at this address for this method"),
                  request);
            }
          });
    }
  }

  private static boolean isOurs(Context request) {
    return String.valueOf(request.res().getContentType()).startsWith("application/json");
  }

  private static void refuse(ApiException e, Context request) {
    request.status(e.status());
    if (e.status() == TOO_MANY || e.status() == UNAVAILABLE) {
      request.header("Retry-After", "5");
    }
    if (e.status() == 401) {
      request.header("WWW-Authenticate", "Bearer");
    }
    VideoRoutes.answer(request, e.toJson());
  }

  /** A client that has gone, or a disk that is full. */
  private void failed(IOException e, Context request) {
    if (request.res().isCommitted()) {
      return;
    }
    log.accept("%s %s: %s".formatted(request.method(), request.path(), e));
    refuse(
        ApiException.unavailable("the data folder cannot be used: " + FileErrors.reason(e)),
        request);
  }

  private void health(Context request) {
    ObjectNode health = jobs.health();
    health.put("version", String.valueOf(Provenance.ENGINE.get("version")));
    VideoRoutes.answer(request, health);
  }

  private void session(Context request) {
    session(request, access.isKnown(request));
  }

  private void session(Context request, boolean isKnown) {
    ObjectNode session = Json.object();
    session.put("token_required", access.needsToken());
    session.put("authenticated", isKnown || !access.needsToken());
    VideoRoutes.answer(request, session);
  }

  private void signIn(Context request) throws IOException {
    Fields fields = Body.read(request, MAX_HEADERS, jobs.folder().incoming()).fields();
    String token =
        fields.text("token", MAX_HEADERS).orElseThrow(() -> ApiException.type("token", "a string"));
    fields.requireAllRead();
    access.signIn(request, token);
    session(request, true);
  }

  @Override
  public void close() {
    javalin.stop();
    metrics.close();
  }
}
