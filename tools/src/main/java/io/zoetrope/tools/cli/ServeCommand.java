package io.zoetrope.tools.cli;

import io.zoetrope.files.FileErrors;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.server.ServerSettings;
import io.zoetrope.server.StopSignals;
import io.zoetrope.server.ZoetropeServer;
import io.zoetrope.server.model.Limits;
import io.zoetrope.server.work.JobService;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Models behind an API and a page. */
@Command(
    name = "serve",
    description = "Serves models over HTTP: OpenAI's video API, and a page to use it from.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class ServeCommand implements Callable<Integer> {
  private static final int LEAST_TOKEN = 16;
  private static final int MOST_QUEUED = 100_000;
  private static final int MOST_PORT = 65535;

  @Option(
      names = "--host",
      paramLabel = "NAME",
      defaultValue = "127.0.0.1",
      description =
          "Address to listen at (default: ${DEFAULT-VALUE}, which this machine alone reaches).")
  private String host;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8080",
      description = "Port to listen at; 0 for one that is free (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--model",
      paramLabel = "NAME=DIR",
      arity = "1",
      description =
          "A model, and what clients call it; can be given several times, the first is taken where"
              + " a client names none (default: the demo model, as 'demo').")
  private List<String> models = List.of();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "zoetrope-data",
      description = "Folder for jobs and their clips (default: ${DEFAULT-VALUE}).")
  private Path data;

  @Option(
      names = "--store",
      paramLabel = "URL",
      description =
          "JDBC URL of a database for the list of jobs, such as jdbc:postgresql:..., whose driver is"
              + " in the class path (default: a file of SQLite in the folder).")
  private String store;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "File with the token that clients have to send.")
  private Path tokenFile;

  @Option(
      names = "--allowed-host",
      paramLabel = "NAME",
      arity = "1",
      description =
          "Name under which clients reach the server, such as that of a proxy; can be given several"
              + " times.")
  private List<String> allowedHosts = List.of();

  @Option(
      names = "--insecure",
      description = "Listen where others reach the server, though there is no token.")
  private boolean insecure;

  @Option(
      names = "--max-queue",
      paramLabel = "N",
      defaultValue = "64",
      description = "Jobs that may wait (default: ${DEFAULT-VALUE}).")
  private int mostQueued;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Steps after which the state of a job is kept, to go on from (default: ${DEFAULT-VALUE}).")
  private int checkpointEvery;

  @Option(
      names = "--keep-days",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Days after which clips are deleted that are no favourites; 0 for never (default:"
              + " ${DEFAULT-VALUE}).")
  private int keptDays;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      arity = "1",
      description =
          "Device that jobs run on, one at a time; can be given several times (default: cpu).")
  private List<String> devices = List.of("cpu");

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Compute threads of each device (default: one per processor).")
  private int threads;

  @Mixin private PrecisionOption precision;

  @Mixin private VaePrecisionOption vae;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    requireRange("--port", port, 0, MOST_PORT);
    requireRange("--max-queue", mostQueued, 1, MOST_QUEUED);
    requireRange("--checkpoint-every", checkpointEvery, 1, 1000);
    requireRange("--keep-days", keptDays, 0, 36_500);
    requireRange("--threads", threads, 0, 1024);
    devices.forEach(Restart::ifThoroughIsNeeded);
    PrintWriter err = spec.commandLine().getErr();
    try {
      StopSignals signals = new StopSignals();
      try (ZoetropeServer server = ZoetropeServer.start(settings(), line -> say(err, line))) {
        String shown = host.contains(":") ? "[" + host + "]" : host;
        say(err, "listening at http://%s:%d".formatted(shown, server.port()));
        signals.await();
        say(err, "ending");
      }
      return 0;
    } catch (NoClassDefFoundError e) {
      throw new PipelineException(
          "the server's libraries are missing (%s): start it with ./zoetrope, or add lib/server/* to the class path"
              .formatted(e.getMessage()),
          e);
    }
  }

  private static synchronized void say(PrintWriter err, String line) {
    err.println(line);
    err.flush();
  }

  private static void requireRange(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new PipelineException(
          "%s %d is outside %d to %d".formatted(option, value, least, most));
    }
  }

  private ServerSettings settings() {
    List<Supplier<Backend>> opened = new ArrayList<>();
    devices.forEach(name -> opened.add(() -> BackendProvider.open(name, threads)));
    return new ServerSettings(
        host,
        port,
        sources(),
        new ModelPrecision(precision.dtype(), vae.dtype()),
        opened,
        data,
        Optional.ofNullable(store),
        Optional.ofNullable(tokenFile).map(ServeCommand::token),
        Set.copyOf(allowedHosts),
        insecure,
        new JobService.Policy(mostQueued, checkpointEvery, Duration.ofDays(keptDays)),
        Limits.DEFAULT);
  }

  private SequencedMap<String, Supplier<ModelSource>> sources() {
    SequencedMap<String, Supplier<ModelSource>> sources = new LinkedHashMap<>();
    if (models.isEmpty()) {
      Path demo = ModelOption.home().resolve("demo-model").resolve("model");
      sources.put("demo", () -> ModelFolder.open(demo));
    }
    for (String model : models) {
      int equals = model.indexOf('=');
      if (equals < 1 || !model.substring(0, equals).matches("[-._:/a-zA-Z0-9]{1,100}")) {
        throw new PipelineException(
            "--model %s is not NAME=DIR, such as wan=Wan2.1-T2V-1.3B-Diffusers".formatted(model));
      }
      Path folder = Path.of(model.substring(equals + 1));
      if (sources.put(model.substring(0, equals), () -> ModelFolder.open(folder)) != null) {
        throw new PipelineException("--model %s: there are two of that name".formatted(model));
      }
    }
    return sources;
  }

  private static String token(Path file) {
    try {
      String token = Files.readString(file).strip();
      if (token.length() < LEAST_TOKEN || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
        throw new PipelineException(
            "--token-file %s: a token has at least %d visible ASCII characters, on one line"
                .formatted(file, LEAST_TOKEN));
      }
      return token;
    } catch (IOException e) {
      throw new PipelineException("--token-file %s: %s".formatted(file, FileErrors.reason(e)), e);
    }
  }
}
