package io.zoetrope.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.VideoPipeline;
import io.zoetrope.dit.scheduler.config.Schedulers;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.pipeline.Progress.Stage;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.task.Task;
import io.zoetrope.tensor.DType;
import io.zoetrope.testing.Fixtures;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every task: what it needs is what was forecast, it can be stopped, and it runs on a card. */
class TasksTest {
  private static final int STEPS = 3;
  private static final int FRAMES = 5;

  private static VideoPipeline open(String fixture, Backend device) {
    return VideoPipeline.open(Fixtures.path(fixture), device, DType.F32);
  }

  /** The smallest clip in which frames differ. */
  private static GenerationRequest request(VideoPipeline pipeline, String title) {
    return request(pipeline, title, FRAMES);
  }

  private static GenerationRequest request(VideoPipeline pipeline, String title, int frames) {
    Task task =
        pipeline.tasks().stream()
            .filter(known -> known.title().equals(title))
            .findFirst()
            .orElseThrow();
    int width = pipeline.geometry().widthMultiple();
    int height = pipeline.geometry().heightMultiple();
    GenerationRequest request =
        pipeline
            .request("a prompt")
            .with(new ClipSize(width, height, frames))
            .with(Setting.STEPS, STEPS);
    return task.withExample(request);
  }

  /** Hears everything. */
  private static class Heard implements Progress {
    final List<Stage> begun = new ArrayList<>();
    final List<StageNeeds> reports = new ArrayList<>();
    private int steps;
    private int done;

    @Override
    public void begin(Stage stage, int count) {
      begun.add(stage);
      steps = count;
      done = 0;
    }

    @Override
    public void step(Stage stage, int now) {
      assertTrue(now > done && now <= steps, () -> stage + " did " + now);
      done = now;
    }

    @Override
    public void end(Stage stage, Report report) {
      assertEquals(steps, done, stage.title());
      reports.add(
          new StageNeeds(stage, report.weightBytes(), report.scratchBytes(), report.flops()));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "wan21-t2v-tiny, text to video",
    "wan21-t2v-tiny, video to video",
    "wan22-ti2v-tiny, text to video",
    "wan22-ti2v-tiny, image to video",
    "wan21-i2v-tiny, image to video",
    "wan21-flf2v-tiny, first and last frame to video",
    "wan22-a14b-tiny, text to video",
    "'wan21-vace-tiny', 'text, references, masks and control clips to video'",
  })
  void isForecastStoppedAndDoneOnACard(String fixture, String task) {
    try (Backend cpu = BackendProvider.open("cpu", 1);
        Backend card = BackendProvider.open("cuda-emulated", 0);
        VideoPipeline onCpu = open(fixture, cpu);
        VideoPipeline onCard = open(fixture, card)) {
      GenerationRequest request = request(onCpu, task);
      Heard heard = new Heard();
      onCpu.generate(request, heard);
      assertEquals(heard.reports, onCpu.needs(request).stages());
      for (Stage stage : heard.begun) {
        assertStops(onCpu, request, stage);
      }
      // An emulator takes its time: one frame, where that is enough, and one step.
      GenerationRequest small =
          request(onCpu, task, task.startsWith("first and last") ? FRAMES : 1)
              .with(Setting.STEPS, 1)
              .with(Setting.GUIDANCE_SCALE, 1.0);
      assertClose(
          onCpu.generate(small, Progress.NONE).frames(),
          onCard.generate(small, Progress.NONE).frames());
    }
  }

  private static void assertStops(VideoPipeline pipeline, GenerationRequest request, Stage at) {
    Heard heard =
        new Heard() {
          @Override
          public void begin(Stage stage, int count) {
            super.begin(stage, count);
            if (stage == at) {
              Thread.currentThread().interrupt();
            }
          }
        };
    assertThrows(CancellationException.class, () -> pipeline.generate(request, heard), at.title());
    assertEquals(at, heard.begun.getLast());
    assertFalse(heard.reports.stream().anyMatch(report -> report.stage() == at));
    Thread.interrupted();
  }

  private static void assertClose(VideoFrames expected, VideoFrames actual) {
    for (int i = 0; i < expected.frames(); i++) {
      byte[] a = expected.frame(i);
      byte[] b = actual.frame(i);
      for (int k = 0; k < a.length; k++) {
        assertTrue(Math.abs((a[k] & 0xff) - (b[k] & 0xff)) <= 1, "sample " + k + " of " + i);
      }
    }
  }

  // ---------------------------------------------------------------- two transformers

  private static StageNeeds denoising(JobNeeds needs) {
    return needs.stages().stream()
        .filter(stage -> stage.stage() == Stage.DENOISE)
        .findFirst()
        .orElseThrow();
  }

  /** Both are as large as each other; where weights are kept, both are held. */
  @Test
  void oneOfTwoTransformersIsHeldAtATime() {
    try (Backend cpu = BackendProvider.open("cpu", 1);
        VideoPipeline releasing = open("wan22-a14b-tiny", cpu);
        VideoPipeline keeping =
            VideoPipeline.open(
                ModelFolder.open(Fixtures.path("wan22-a14b-tiny")),
                cpu,
                new ModelPrecision(DType.F32, DType.F32),
                WeightRetention.KEEP)) {
      GenerationRequest both = request(releasing, "text to video");
      long first = denoising(releasing.needs(both.with(Setting.BOUNDARY_RATIO, 0.0))).weightBytes();
      long second =
          denoising(releasing.needs(both.with(Setting.BOUNDARY_RATIO, 1.0))).weightBytes();
      assertEquals(Math.max(first, second), denoising(releasing.needs(both)).weightBytes());
      assertEquals(first + second, denoising(keeping.needs(both)).weightBytes());
    }
  }

  @Test
  void whatTellsTwoTransformersApartIsRefusedForOne() {
    try (Backend cpu = BackendProvider.open("cpu", 1);
        VideoPipeline one = open("wan21-t2v-tiny", cpu)) {
      GenerationRequest request = request(one, "text to video");
      assertEquals(
          "second guidance 3.0: this model has one transformer for all steps; leave it out",
          refusal(one, request.with(Setting.GUIDANCE_SCALE_2, 3.0)));
      assertEquals(
          "boundary 0.5: this model has one transformer for all steps; leave it out",
          refusal(one, request.with(Setting.BOUNDARY_RATIO, 0.5)));
      assertEquals(
          "boundary 1.5 is not between 0 and 1",
          assertThrows(PipelineException.class, () -> request.with(Setting.BOUNDARY_RATIO, 1.5))
              .getMessage());
    }
  }

  // ---------------------------------------------------------------- few steps

  @Test
  void givenStepsAreAsManyAsAskedFor() {
    try (Backend cpu = BackendProvider.open("cpu", 1);
        VideoPipeline pipeline = open("wan-few-step", cpu)) {
      GenerationRequest request = request(pipeline, "text to video");
      GenerationRequest two = request.with(Setting.SIGMAS, List.of(1.0, 0.5));
      assertEquals("2 sigmas for 3 steps: give one for each", refusal(pipeline, two));
      pipeline.job(two.with(Setting.STEPS, 2));
      assertEquals(
          "sigmas and timesteps are both given: give one of them",
          refusal(
              pipeline, two.with(Setting.STEPS, 2).with(Setting.TIMESTEPS, List.of(900.0, 500.0))));
      assertTrue(
          refusal(pipeline, request.with(Setting.SIGMAS, List.of(0.5, 0.7, 0.2)))
              .startsWith("there is no schedule of 3 steps"));
      assertThrows(PipelineException.class, () -> request.with(Setting.SIGMAS, List.of(1.0, 2.0)));
      assertThrows(PipelineException.class, () -> request.with(Setting.SIGMAS, List.of()));
    }
  }

  private static String refusal(VideoPipeline pipeline, GenerationRequest request) {
    return assertThrows(PipelineException.class, () -> pipeline.job(request)).getMessage();
  }

  // ---------------------------------------------------------------- what does not fit

  @Test
  void whatAModelCannotDoIsRefusedWithWhatItCan() {
    try (Backend cpu = BackendProvider.open("cpu", 1);
        VideoPipeline images = open("wan21-i2v-tiny", cpu);
        VideoPipeline words = open("wan21-t2v-tiny", cpu)) {
      GenerationRequest request = request(images, "image to video");
      assertEquals(
          "WanImageToVideoPipeline does image to video; it can do nothing with a prompt alone",
          refusal(images, images.request("a prompt").with(request.size())));
      assertEquals(
          "maximum sequence length 30: this model takes 512 to 512 tokens",
          refusal(images, request.with(Setting.MAX_SEQUENCE_LENGTH, 30)));
      assertEquals(
          "WanPipeline does text to video and video to video; it can do nothing with a first frame",
          refusal(
              words,
              words
                  .request("a prompt")
                  .with(request.size())
                  .with(Input.Image.first(new VideoFrames(9, 9, 1, new byte[243])))));
    }
  }

  /** A clip at full strength is thrown away: what is left is what the seed makes alone. */
  @ParameterizedTest
  @CsvSource({"unipc", "euler", "dpm++", "lcm"})
  void aClipAtFullStrengthChangesNoBit(String scheduler) {
    try (Backend cpu = BackendProvider.open("cpu", 1);
        VideoPipeline pipeline = open("wan-few-step", cpu)) {
      GenerationRequest words =
          request(pipeline, "text to video")
              .with(Setting.SCHEDULER, Schedulers.ofOption(scheduler));
      ClipSize size = words.size();
      byte[] rgb = new byte[(int) size.bytes()];
      for (int i = 0; i < rgb.length; i++) {
        rgb[i] = (byte) (i * 31);
      }
      VideoFrames clip = new VideoFrames(size.width(), size.height(), FRAMES, rgb);
      VideoFrames alone = pipeline.generate(words, Progress.NONE).frames();
      assertEquals(
          alone, pipeline.generate(words.with(new Input.Clip(clip, 1)), Progress.NONE).frames());
      assertFalse(
          alone.equals(
              pipeline.generate(words.with(new Input.Clip(clip, 0.7)), Progress.NONE).frames()));
    }
  }
}
