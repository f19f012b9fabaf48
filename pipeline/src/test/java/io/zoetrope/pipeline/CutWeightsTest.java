package io.zoetrope.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.VideoPipeline;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Tracer;
import io.zoetrope.tensor.DType;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.weights.WeightsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weight files that are cut while a job runs, at random but always the same moments. */
class CutWeightsTest {
  private static final int CUTS = 8;

  /** Operations of a job, about. */
  private static final int MOMENTS = 120;

  @TempDir private Path folder;

  /** Cuts a file after so many operations. */
  private static final class Cutting implements Tracer {
    private final Path file;
    private final double share;
    private int operations;

    Cutting(Path file, int operations, double share) {
      this.file = file;
      this.operations = operations;
      this.share = share;
    }

    @Override
    public boolean wantsOperations() {
      return true;
    }

    @Override
    public void operation(Operation operation) {
      if (--operations == 0) {
        cut(file, share);
      }
    }
  }

  private static void cut(Path file, double share) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate((long) (share * channel.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copy(Path from, Path to) {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The error of a job, or an empty string if it had read all it needed. */
  private static String run(Path model, Backend backend, Tracer tracer) {
    try (VideoPipeline pipeline = VideoPipeline.open(model, backend, DType.F32)) {
      GenerationRequest request =
          pipeline
              .request("a cat")
              .with(new ClipSize(16, 16, 1))
              .with(Setting.STEPS, 1)
              .with(Setting.GUIDANCE_SCALE, 1.0);
      pipeline.generate(request, Progress.NONE, tracer);
      return "";
    } catch (WeightsException e) {
      return e.getMessage();
    }
  }

  @Test
  void noCutIsMoreThanAnError() throws IOException {
    Path original = Fixtures.path("wan21-t2v-tiny");
    Path model = folder.resolve("model");
    copy(original, model);
    List<Path> files =
        Stream.of("text_encoder", "transformer", "vae")
            .map(model::resolve)
            .flatMap(CutWeightsTest::weights)
            .toList();
    Random random = new Random(17);
    int errors = 0;
    for (String device : List.of("cpu", "cpu,gemm=vector", "reference")) {
      try (Backend backend = BackendProvider.open(device, 2)) {
        for (int i = 0; i < CUTS; i++) {
          Path file = files.get(random.nextInt(files.size()));
          var cutting = new Cutting(file, 1 + random.nextInt(MOMENTS), random.nextDouble());
          String error = run(model, backend, cutting);
          if (!error.isEmpty()) {
            errors++;
            assertTrue(error.startsWith(file + ": "), error);
            assertEquals(1, error.lines().count());
          }
          Files.copy(
              original.resolve(model.relativize(file).toString()),
              file,
              StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
    assertTrue(errors >= CUTS, "only %d cuts came in time".formatted(errors));
  }

  private static Stream<Path> weights(Path component) {
    try (Stream<Path> files = Files.list(component)) {
      return files
          .filter(file -> file.toString().endsWith(".safetensors"))
          .sorted()
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
