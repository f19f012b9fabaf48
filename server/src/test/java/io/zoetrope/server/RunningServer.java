package io.zoetrope.server;

import io.zoetrope.ops.BackendProvider;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.server.model.Limits;
import io.zoetrope.server.work.JobService;
import io.zoetrope.tensor.DType;
import io.zoetrope.testing.Fixtures;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Supplier;

/** A server with the demo model, on a free port of this machine. */
final class RunningServer implements AutoCloseable {
  private final ZoetropeServer server;

  private RunningServer(ZoetropeServer server) {
    this.server = server;
  }

  /**
   * Starts one that keeps its jobs in a folder.
   *
   * @param token that clients need; empty for none
   */
  static RunningServer start(Path data, Optional<String> token) {
    Path demo = Fixtures.path("..").resolve("demo-model").resolve("model");
    SequencedMap<String, Supplier<ModelSource>> models = new LinkedHashMap<>();
    models.put("demo", () -> ModelFolder.open(demo));
    ServerSettings settings =
        new ServerSettings(
            "127.0.0.1",
            0,
            models,
            new ModelPrecision(DType.F32, DType.F32),
            List.of(() -> BackendProvider.open("cpu", 0)),
            data,
            Optional.empty(),
            token,
            Set.of(),
            false,
            new JobService.Policy(64, 1, Duration.ZERO),
            Limits.DEFAULT);
    return new RunningServer(ZoetropeServer.start(settings, _ -> {}));
  }

  /** Where it answers, with a slash at the end. */
  URI address() {
    return URI.create("http://127.0.0.1:%d/".formatted(server.port()));
  }

  @Override
  public void close() {
    server.close();
  }
}
