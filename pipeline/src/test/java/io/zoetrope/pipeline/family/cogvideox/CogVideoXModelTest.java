package io.zoetrope.pipeline.family.cogvideox;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.dit.scheduler.config.Schedulers;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.task.Conditioning;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CogVideoXModelTest {
  private static FamilyModel model(String fixture) {
    return Family.open(
        ModelFolder.open(Fixtures.path(fixture)), new ModelPrecision(DType.F32, DType.F32));
  }

  private static Conditioning conditioning(FamilyModel model, Input... inputs) {
    return model.tasks().stream()
        .flatMap(task -> task.conditioning(List.of(inputs)).stream())
        .findFirst()
        .orElseThrow();
  }

  private static VideoFrames frames(int count) {
    return new VideoFrames(32, 32, count, new byte[count * 32 * 32 * 3]);
  }

  @Test
  void defaultsAreThoseOfThePipeline() {
    GenerationRequest defaults = model("cogvideox-2b-tiny").defaults();
    assertEquals(new ClipSize(48, 32, 9), defaults.size());
    assertEquals(50, defaults.get(Setting.STEPS));
    assertEquals(6.0, defaults.get(Setting.GUIDANCE_SCALE));
    assertEquals(16, defaults.get(Setting.MAX_SEQUENCE_LENGTH));
    assertEquals(8, defaults.get(Setting.FRAMES_PER_SECOND));
  }

  /** Positions that turn do not depend on the length of prompts, and diffusers takes 226. */
  @Test
  void version15IsKnownByItsConfiguration() {
    FamilyModel model = model("cogvideox-15-i2v-tiny");
    GenerationRequest defaults = model.defaults();
    assertEquals(new ClipSize(96, 96, 17), defaults.size());
    assertEquals(226, defaults.get(Setting.MAX_SEQUENCE_LENGTH));
    assertEquals(16, defaults.get(Setting.FRAMES_PER_SECOND));
    model.text().check(7);
    assertEquals("CogVideoX 1.5, a transformer of 0.00 B parameters", model.kind());
  }

  /** Three latent frames are no whole patches of two: one more is denoised, and dropped. */
  @Test
  void framesThatAreMissingToPatchesAreAddedInFront() {
    FamilyModel model = model("cogvideox-15-i2v-tiny");
    Conditioning picture = conditioning(model, Input.Image.first(frames(1)));
    picture.check(model.defaults().with(new ClipSize(32, 32, 9)));
    assertEquals(Shape.of(8, 4, 4, 4), picture.latents(Shape.of(8, 3, 4, 4)));
    try (Ops ops = new Ops(new ReferenceBackend())) {
      float[] values = {0, 1, 2, 3};
      Tensor latents = ops.upload(Tensor.of(values, 1, 4, 1, 1));
      assertArrayEquals(new float[] {1, 2, 3}, picture.finish(ops, latents).toFloats());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cogvideox-2b-tiny|40|32|9|nearest: 48x32",
        "cogvideox-2b-tiny|48|32|5|frames 5: the model makes 8n and 8n + 1 frames; use 1 or 8",
        "cogvideox-15-i2v-tiny|112|32|9|size 112x32: the model knows positions up to 96x96; use",
      })
  void sizesThatItDoesNotMake(String fixture, int width, int height, int frames, String message) {
    FamilyModel model = model(fixture);
    ClipSize size = new ClipSize(width, height, frames);
    PipelineException e =
        assertThrows(
            PipelineException.class,
            () -> {
              model.geometry().check(size);
              conditioning(model, Input.Image.first(frames(1))).check(model.defaults().with(size));
            });
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void promptsAreAsLongAsThePositionsThatAreAdded() {
    FamilyModel model = model("cogvideox-2b-tiny");
    assertThrows(PipelineException.class, () -> model.text().check(15));
    assertThrows(PipelineException.class, () -> model.text().check(17));
  }

  @Test
  void schedulersForDiscreteTimestepsCanStandIn() {
    FamilyModel model = model("cogvideox-2b-tiny");
    for (String option : List.of("cogvideox-dpm", "ddim", "euler-discrete")) {
      GenerationRequest other =
          model.defaults().with(Setting.SCHEDULER, Schedulers.ofOption(option));
      assertEquals(option, model.scheduler(other).kind().optionName());
    }
  }

  /** A seed gives diffusers' noise, which is drawn frame by frame. */
  @Test
  void noiseIsDrawnWithFramesInFront() {
    NoiseSource counting =
        sizes -> {
          float[] values = new float[Math.toIntExact(Shape.of(sizes).count())];
          for (int i = 0; i < values.length; i++) {
            values[i] = i;
          }
          return Tensor.of(values, sizes);
        };
    Tensor noise = model("cogvideox-2b-tiny").latentNoise(counting).normal(2, 3, 1, 1);
    assertEquals(Shape.of(2, 3, 1, 1), noise.shape());
    assertArrayEquals(new float[] {0, 2, 4, 1, 3, 5}, noise.toFloats());
  }

  /** Clips of 5 to 8 frames have two latent frames. */
  @Test
  void clipsAreAsLongInLatentFrames() {
    FamilyModel model = model("cogvideox-2b-tiny");
    GenerationRequest request = model.defaults().with(new ClipSize(48, 32, 8));
    conditioning(model, new Input.Clip(frames(5), 0.5)).check(request);
    Conditioning longer = conditioning(model, new Input.Clip(frames(9), 0.5));
    assertThrows(PipelineException.class, () -> longer.check(request));
  }
}
