package io.zoetrope.server;

import io.zoetrope.files.PrivateFolder;
import io.zoetrope.ops.Backend;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.server.model.Planner;
import io.zoetrope.server.model.ServedModel;
import io.zoetrope.server.store.JobStore;
import io.zoetrope.server.store.SqlJobStore;
import io.zoetrope.server.upload.UploadDecoder;
import io.zoetrope.server.web.Access;
import io.zoetrope.server.web.WebServer;
import io.zoetrope.server.work.DataFolder;
import io.zoetrope.server.work.JobService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** A server that is running: models behind an API and a page. */
public final class ZoetropeServer implements AutoCloseable {
  private static final long MILLIS = 1000;

  /** What is open, the last first. */
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  private JobService jobs;
  private WebServer web;

  private ZoetropeServer() {}

  /**
   * Starts a server.
   *
   * @param log gets a line for whatever happens
   * @throws io.zoetrope.files.ExpectedException if it cannot be started as it is asked for; the
   *     message says why
   */
  public static ZoetropeServer start(ServerSettings settings, Consumer<String> log) {
    requireSafe(settings);
    // Nobody else can put code where the database unpacks its own.
    try {
      System.setProperty("org.sqlite.tmpdir", PrivateFolder.kept("sqlite").toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // Libraries say on standard error what is wrong, and nothing else, and look for no screen.
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    System.setProperty("java.awt.headless", "true");
    ZoetropeServer server = new ZoetropeServer();
    boolean isStarted = false;
    try {
      server.open(settings, log);
      isStarted = true;
      return server;
    } finally {
      if (!isStarted) {
        server.close();
      }
    }
  }

  private void open(ServerSettings settings, Consumer<String> log) {
    DataFolder data = opened(DataFolder.open(settings.data(), settings.store().isPresent()));
    JobStore store =
        opened(
            settings
                .store()
                .<JobStore>map(SqlJobStore::of)
                .orElseGet(() -> SqlJobStore.sqlite(data.store())));
    if (!store.isShared()) {
      // The folder is this process's alone, so nobody works on what seems to be in progress.
      store.recover();
    }
    List<Backend> devices = new ArrayList<>();
    settings.devices().forEach(device -> devices.add(opened(device.get())));
    Backend planning = opened(settings.devices().getFirst().get());
    List<ServedModel> models = new ArrayList<>();
    long now = System.currentTimeMillis() / MILLIS;
    settings
        .models()
        .forEach((name, source) ->
            models.add(
                opened(
                    new ServedModel(
                        name, source, settings.precision(), planning, settings.limits(), now))));
    Planner planner = new Planner(models, opened(new UploadDecoder(data.incoming())));
    try {
      data.clean(() -> Set.copyOf(store.ids()));
    } catch (IOException e) {
      log.accept("the data folder could not be cleaned: " + e.getMessage());
    }
    jobs = new JobService(store, data, planner, devices, settings.policy(), log);
    web = listen(settings, log);
  }

  private WebServer listen(ServerSettings settings, Consumer<String> log) {
    // Elsewhere a token protects, which a page that has a name for this machine does not know.
    boolean isAnyHost = !isLoopback(settings.host());
    Access access = new Access(settings.token(), settings.allowedHosts(), isAnyHost);
    try {
      return new WebServer(settings.host(), settings.port(), jobs, access, settings.limits(), log);
    } catch (RuntimeException e) {
      if (e.getCause() instanceof BindException || e.getMessage().contains("Port")) {
        throw new PipelineException(
            "cannot listen at %s:%d: it is in use, or not this machine's; choose another --port"
                .formatted(settings.host(), settings.port()),
            e);
      }
      throw e;
    }
  }

  /** Whoever can reach the server can use the machine. */
  private static void requireSafe(ServerSettings settings) {
    if (!isLoopback(settings.host()) && settings.token().isEmpty() && !settings.isInsecure()) {
      throw new PipelineException(
          "--host %s: others could use this server without a token; name a file with one with --token-file, or say --insecure"
              .formatted(settings.host()));
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new PipelineException("--host %s: there is no such address".formatted(host), e);
    }
  }

  private <T extends AutoCloseable> T opened(T part) {
    open.push(part);
    return part;
  }

  /** The port that it listens at. */
  public int port() {
    return web.port();
  }

  /**
   * Stops: nothing new is accepted, jobs that run are kept behind their last step, for the next
   * start. Takes seven seconds at most, and a moment.
   */
  @Override
  public void close() {
    if (jobs != null) {
      jobs.close();
    }
    if (web != null) {
      web.close();
    }
    if (jobs != null && !jobs.hasEnded()) {
      // What a job still works with stays open: the process is about to end.
      return;
    }
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
