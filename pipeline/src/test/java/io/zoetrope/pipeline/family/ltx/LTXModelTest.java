package io.zoetrope.pipeline.family.ltx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.dit.scheduler.config.Schedulers;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.family.ChangedModel;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.task.Conditioning;
import io.zoetrope.pipeline.task.Task;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LTXModelTest {
  private static final ClipSize SIZE = new ClipSize(32, 64, 33);

  private final FamilyModel model = open("ltx-video-tiny", "LTXPipeline");
  private final FamilyModel condition = open("ltx-video-095-tiny", "LTXConditionPipeline");

  private static FamilyModel open(String fixture, String pipelineClass) {
    return Family.open(
        new ChangedModel(ModelFolder.open(Fixtures.path(fixture))) {
          @Override
          public String pipelineClass() {
            return pipelineClass;
          }
        },
        new ModelPrecision(DType.F32, DType.F32));
  }

  private static VideoFrames grey(int frames) {
    return new VideoFrames(8, 8, frames, new byte[frames * 8 * 8 * 3]);
  }

  private static Optional<Conditioning> conditioning(FamilyModel model, Input... given) {
    return model.tasks().stream()
        .map(task -> task.conditioning(List.of(given)))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private GenerationRequest request() {
    return condition.defaults().with(SIZE);
  }

  @Test
  void defaultsAreThoseOfThePipelines() {
    GenerationRequest defaults = model.defaults();
    assertEquals(new ClipSize(704, 512, 161), defaults.size());
    assertEquals(3.0, defaults.get(Setting.GUIDANCE_SCALE));
    assertEquals(128, defaults.get(Setting.MAX_SEQUENCE_LENGTH));
    assertTrue(defaults.find(Setting.DECODE_TIMESTEP).isEmpty());
    assertEquals(Shape.of(16, 21, 16, 22), model.geometry().latents(defaults.size()));
    assertEquals(256, condition.defaults().get(Setting.MAX_SEQUENCE_LENGTH));
    assertEquals(0.15, condition.defaults().get(Setting.IMAGE_COND_NOISE_SCALE));
    assertEquals(0.0, condition.defaults().get(Setting.DECODE_TIMESTEP));
  }

  @Test
  void theConfigurationsTellVersionAndSize() {
    assertEquals("LTX-Video 0.9.0, a transformer of 0.00 B parameters", model.kind());
    assertTrue(condition.kind().startsWith("LTX-Video 0.9.5 to 0.9.8"), condition.kind());
  }

  @Test
  void tasksAreThoseOfThePipeline() {
    assertEquals(
        List.of("text to video", "image to video"),
        model.tasks().stream().map(Task::title).toList());
    assertTrue(conditioning(model, Input.Image.last(grey(1))).isEmpty());
    assertTrue(conditioning(condition).isPresent());
    assertTrue(conditioning(condition, new Input.Clip(grey(9), 0.5)).isEmpty());
  }

  /** 1024 tokens have the base shift, and the last sigma is the terminal one. */
  @Test
  void theShiftFollowsTheTokens() {
    Conditioning text = conditioning(model).orElseThrow();
    GenerationRequest request =
        model.defaults().with(new ClipSize(1024, 1024, 1)).with(Setting.STEPS, 2);
    text.check(request);
    try (Scheduler scheduler = model.schedulerConfig().scheduler()) {
      text.levels(request, model.schedulerConfig()).begin(scheduler, 2);
      assertArrayEquals(new float[] {1, 0.1f, 0}, scheduler.sigmas(), 1e-6f);
    }
  }

  /** One latent frame of the picture at frame 16, two of the clip at 8 and its third in place. */
  @Test
  void laterFramesStandInFrontOfTheClip() {
    Conditioning both =
        conditioning(
                condition,
                new Input.Condition(grey(1), 16, 0.5),
                new Input.Condition(grey(40), 8, 1))
            .orElseThrow();
    both.check(request());
    assertEquals(Shape.of(16, 8, 2, 1), both.latents(condition.geometry().latents(SIZE)));
    assertEquals(Shape.of(16, 5, 2, 1), both.noise(condition.geometry().latents(SIZE)));
    assertArrayEquals(
        new float[] {500, 500, 0, 0, 0, 0, 900, 900, 900, 900, 900, 900, 0, 0, 0, 0},
        both.timesteps(900));
  }

  @ParameterizedTest
  @CsvSource({"33, '33 frames, from 0 to 32'", "99999, from 0 to 32"})
  void placesBehindTheEndAreRefused(int frame, String message) {
    Conditioning late =
        conditioning(condition, new Input.Condition(grey(1), frame, 1)).orElseThrow();
    PipelineException e = assertThrows(PipelineException.class, () -> late.check(request()));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void strengthsAndPlacesHaveBounds() {
    assertThrows(PipelineException.class, () -> new Input.Condition(grey(1), 0, 1.1));
    assertThrows(PipelineException.class, () -> new Input.Condition(grey(1), -2, 1));
    assertThrows(PipelineException.class, () -> new Input.Latents(Tensor.zeros(DType.F32, 1), 0));
  }

  @Test
  void latentsOfAnotherClipAreRefused() {
    Conditioning second =
        conditioning(condition, new Input.Latents(Tensor.zeros(DType.F32, 16, 5, 1, 1), 0.5))
            .orElseThrow();
    PipelineException e = assertThrows(PipelineException.class, () -> second.check(request()));
    assertTrue(e.getMessage().contains("need [16, 5, 2, 1]"), e.getMessage());
  }

  /** Each token has its own way to go, which one scheduler takes. */
  @Test
  void otherSchedulersAreRefusedWithConditions() {
    Conditioning image = conditioning(condition, Input.Image.first(grey(1))).orElseThrow();
    image.check(request());
    GenerationRequest other = request().with(Setting.SCHEDULER, Schedulers.ofOption("unipc"));
    PipelineException e =
        assertThrows(
            PipelineException.class, () -> image.levels(other, condition.scheduler(other)));
    assertTrue(e.getMessage().contains("use the scheduler euler"), e.getMessage());
  }
}
