package io.zoetrope.pipeline.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.VideoPipeline;
import io.zoetrope.files.MemoryException;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.tensor.DType;
import io.zoetrope.testing.Fixtures;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Memory that runs out within a job. */
class OutOfMemoryTest {
  /** Has none left at some operation of a stage. */
  private static final class Full implements Progress, Tracer {
    private final Stage stage;
    private final String message;
    private int left = 5;
    private Stage current;

    Full(Stage stage, String message) {
      this.stage = stage;
      this.message = message;
    }

    @Override
    public void begin(Stage begun, int steps) {
      current = begun;
    }

    @Override
    public boolean wantsOperations() {
      return true;
    }

    @Override
    public void operation(Operation operation) {
      if (current == stage && left-- == 0) {
        throw new OutOfMemoryError(message);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ENCODE_PROMPTS, text encoder, text_encoder, cannot map 4096 bytes of memory, end other",
    "DENOISE, denoising, transformer, Java heap space, raise the limit of the Java heap",
    "DECODE, video decoder, vae, cannot map 4096 bytes of memory, end other"
  })
  void theStageAndItsWeightsAreNamed(
      Progress.Stage stage, String title, String component, String message, String advice) {
    Path model = Fixtures.path("wan21-t2v-tiny");
    try (Backend device = BackendProvider.open("cpu", 1);
        VideoPipeline pipeline = VideoPipeline.open(model, device, DType.F32)) {
      GenerationRequest request =
          pipeline.request("a cat").with(new ClipSize(16, 16, 1)).with(Setting.STEPS, 1);
      Full full = new Full(stage, message);
      MemoryException e =
          assertThrows(MemoryException.class, () -> pipeline.generate(request, full, full));
      String said = e.getMessage();
      assertTrue(said.startsWith(title + ", " + model.resolve(component)), said);
      assertTrue(said.contains(": out of memory (%s): %s".formatted(message, advice)), said);
      assertEquals(1, said.lines().count());
      pipeline.generate(request, Progress.NONE);
    }
  }
}
