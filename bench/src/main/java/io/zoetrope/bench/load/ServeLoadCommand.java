package io.zoetrope.bench.load;

import io.zoetrope.files.OutputFile;
import io.zoetrope.pipeline.PipelineException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Many clients at once against a server of this machine. */
@Command(
    name = "serve-load",
    description = {
      "Starts a server with the demo model and a stub (random weights, 32x32 pixels, one step), and"
          + " has many clients use it.",
      "Fails if an answer is a 5xx, a 429 has no Retry-After, none comes although the queue is"
          + " full, streams break, or /health is slow while a real job computes."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class ServeLoadCommand implements Callable<Integer> {
  private static final double HEALTH_P99_MILLIS = 50;
  private static final long REPORT_MILLIS = 10_000;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "120",
      description = "How long (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--listeners",
      paramLabel = "N",
      defaultValue = "500",
      description = "Clients that listen to events (default: ${DEFAULT-VALUE}).")
  private int listeners;

  @Option(
      names = "--submitters",
      paramLabel = "N",
      defaultValue = "64",
      description = "Clients that submit jobs (default: ${DEFAULT-VALUE}).")
  private int submitters;

  @Option(
      names = "--max-queue",
      paramLabel = "N",
      defaultValue = "64",
      description = "Jobs that the server lets wait (default: ${DEFAULT-VALUE}).")
  private int queue;

  @Option(
      names = "--server",
      paramLabel = "URL",
      description =
          "One that runs already, with models \"real\" and \"stub\" (default: one is started).")
  private URI server;

  @Spec private CommandSpec spec;

  private final Path home = Path.of(System.getProperty("zoetrope.home", "."));

  @Override
  public Integer call() throws InterruptedException, IOException {
    if (seconds < 1 || listeners < 0 || submitters < 1 || queue < 1) {
      throw new PipelineException(
          "--seconds, --submitters and --max-queue are at least 1, and --listeners at least 0");
    }
    if (server != null) {
      return measure(server);
    }
    Path folder = Files.createTempDirectory("zoetrope-load");
    Path log = folder.resolve("server.log");
    try (Server started = Server.start(home.resolve("zoetrope"), arguments(folder), log)) {
      int code = measure(started.address());
      if (!started.isAlive()) {
        spec.commandLine().getErr().println("the server has ended:\n" + Files.readString(log));
      }
      return code;
    } finally {
      OutputFile.deleteQuietly(folder);
    }
  }

  private List<String> arguments(Path folder) {
    return List.of(
        "--data",
        folder.resolve("data").toString(),
        "--max-queue",
        Integer.toString(queue),
        "--model",
        "real=" + home.resolve("demo-model").resolve("model"),
        "--model",
        "stub=" + home.resolve("fixtures").resolve("wan21-t2v-tiny"));
  }

  private int measure(URI address) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    try (Client client = new Client(address);
        Client watchman = new Client(address)) {
      Crowd crowd = new Crowd(client, end);
      List<Thread> threads = new ArrayList<>();
      threads.add(start(Thread.ofVirtual(), crowd::computeRealJobs));
      for (int i = 0; i < submitters; i++) {
        threads.add(start(Thread.ofVirtual(), crowd::submit));
      }
      for (int i = 0; i < listeners; i++) {
        threads.add(start(Thread.ofVirtual(), crowd::listen));
      }
      threads.add(start(Thread.ofPlatform().daemon(), () -> crowd.askHealth(watchman)));
      long left;
      while ((left = end - System.nanoTime()) > 0) {
        Thread.sleep(Math.min(REPORT_MILLIS, 1 + TimeUnit.NANOSECONDS.toMillis(left)));
        spec.commandLine()
            .getErr()
            .printf(
                "%d s left: %d submitted, %d events, %d questions after health%n",
                Math.max(0, TimeUnit.NANOSECONDS.toSeconds(end - System.nanoTime())),
                crowd.submitted.count(),
                crowd.events.get(),
                crowd.healthy.count());
      }
      threads.forEach(Thread::interrupt);
      return report(crowd);
    }
  }

  /** What a client does until it is interrupted. */
  private interface Doing {
    void run() throws InterruptedException;
  }

  private static Thread start(Thread.Builder kind, Doing doing) {
    return kind.start(() -> {
      try {
        doing.run();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    });
  }

  private int report(Crowd crowd) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf("%d s, %d listeners, %d submitters%n%n", seconds, listeners, submitters);
    out.println("| requests | answers | per second | p50 ms | p99 ms | slowest ms | statuses |");
    out.println("|---|--:|--:|--:|--:|--:|---|");
    row(out, "POST /v1/videos", crowd.submitted);
    row(out, "GET .../events, until it begins", crowd.listened);
    row(out, "GET /health", crowd.healthy);
    row(out, "GET /health, a real job computes", crowd.healthyAtWork);
    out.printf(
        "%n%d events, %d streams at once, %d real jobs done, %d connections broken%n%n",
        crowd.events.get(), crowd.mostListening.get(), crowd.realJobs.get(), crowd.broken.get());
    Map<String, Boolean> demands = new LinkedHashMap<>();
    demands.put("no 5xx", failures(crowd) == 0);
    demands.put("no connection breaks", crowd.broken.get() == 0);
    demands.put("429 beyond the queue's limit", crowd.submitted.count(429, 429) > 0);
    demands.put("every 429 has Retry-After", crowd.refusedWithoutDelay.get() == 0);
    demands.put("every listener has a stream", crowd.mostListening.get() >= listeners);
    double p99 = crowd.healthyAtWork.millis(0.99);
    demands.put(
        "/health p99 below %.0f ms while a real job computes".formatted(HEALTH_P99_MILLIS),
        p99 < HEALTH_P99_MILLIS);
    demands.forEach((what, holds) -> out.println((holds ? "yes  " : "NO   ") + what));
    return demands.containsValue(false) ? 1 : 0;
  }

  private static int failures(Crowd crowd) {
    return crowd.submitted.count(500, 599)
        + crowd.listened.count(500, 599)
        + crowd.healthy.count(500, 599);
  }

  private void row(PrintWriter out, String what, Tally tally) {
    out.printf(
        "| %s | %d | %.1f | %.1f | %.1f | %.1f | %s |%n",
        what,
        tally.count(),
        (double) tally.count() / seconds,
        tally.millis(0.5),
        tally.millis(0.99),
        tally.millis(1),
        tally.statuses());
  }
}
