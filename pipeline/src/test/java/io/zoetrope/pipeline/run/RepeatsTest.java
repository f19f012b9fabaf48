package io.zoetrope.pipeline.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.VideoPipeline;
import io.zoetrope.dit.cache.StepCaching;
import io.zoetrope.dit.scheduler.config.Schedulers;
import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.ops.Roofline;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.GuidanceInterval;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Progress.Stage;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.StageNeeds;
import io.zoetrope.tensor.DType;
import io.zoetrope.testing.Fixtures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Dry runs that count most steps tell what those tell that take them all. */
class RepeatsTest {
  private static final int STEPS = 12;
  private static final Roofline PEAKS = new Roofline(Map.of(DType.F32, 1e9), 1e9);

  @TempDir private Path folder;

  private static VideoPipeline open(String fixture) {
    return VideoPipeline.open(Fixtures.path(fixture), new DryRunBackend(), DType.F32);
  }

  private static GenerationRequest request(VideoPipeline pipeline, int task) {
    GenerationRequest request =
        pipeline
            .request("a prompt")
            .with(
                new ClipSize(
                    pipeline.geometry().widthMultiple(),
                    pipeline.geometry().heightMultiple(),
                    pipeline.geometry().framesNearest(5)))
            .with(Setting.STEPS, STEPS);
    return pipeline.tasks().get(task).withExample(request);
  }

  /** What the stages take of a job that takes every step. */
  private static List<StageNeeds> taken(VideoPipeline pipeline, GenerationRequest request) {
    List<StageNeeds> needs = new ArrayList<>();
    pipeline.generate(
        request,
        new Progress() {
          @Override
          public void end(Stage stage, Report report) {
            needs.add(
                new StageNeeds(stage, report.weightBytes(), report.scratchBytes(), report.flops()));
          }
        });
    return needs;
  }

  private static StageTallies counted(Rehearsal rehearsal) {
    StageTallies tallies = new StageTallies(rehearsal.device());
    rehearsal.count(tallies);
    return tallies;
  }

  private static void assertTellsAll(VideoPipeline pipeline, GenerationRequest request) {
    assertEquals(taken(pipeline, request), pipeline.needs(request).stages());

    Rehearsal rehearsal = pipeline.job(request).rehearsal(STEPS);
    assertTrue(rehearsal.mostTimes() < STEPS);
    Rehearsal whole = new Rehearsal(rehearsal.device(), Integer.MAX_VALUE, rehearsal.work());
    Map<Stage, OperationTally> expected = counted(whole).stages();
    Map<Stage, OperationTally> stages = counted(rehearsal).stages();
    assertEquals(expected.keySet(), stages.keySet());
    try (OperationRates rates =
        new OperationRates(new JobForecasterTest.Clocked(_ -> 2), PEAKS, new KnownRates())) {
      expected.forEach((stage, tally) -> {
        assertEquals(tally.flops(), stages.get(stage).flops());
        double seconds = tally.seconds(rates);
        assertTrue(seconds > 0);
        // In tests memory that is given back is filled, more or less of it at a time.
        assertEquals(seconds, stages.get(stage).seconds(rates), 1e-5 * seconds);
      });
    }
  }

  @ParameterizedTest
  @CsvSource({
    "wan21-t2v-tiny, 0, unipc",
    "wan21-t2v-tiny, 1, euler",
    "wan22-a14b-tiny, 0, dpm++",
    "wan22-ti2v-tiny, 1, unipc",
    "ltx-video-tiny, 1, euler",
  })
  void theStepsOfEveryKindOfJob(String fixture, int task, String scheduler) {
    try (VideoPipeline pipeline = open(fixture)) {
      assertTellsAll(
          pipeline,
          request(pipeline, task).with(Setting.SCHEDULER, Schedulers.ofOption(scheduler)));
    }
  }

  @Test
  void theModelsOwnSchedule() {
    try (VideoPipeline pipeline = open("cogvideox-2b-tiny")) {
      assertTellsAll(pipeline, request(pipeline, 0));
    }
    try (VideoPipeline pipeline = open("latte-tiny")) {
      ClipSize size = request(pipeline, 0).size();
      ClipSize shorter = new ClipSize(size.width(), size.height(), 4);
      assertTellsAll(pipeline, request(pipeline, 0).with(shorter));
    }
  }

  @Test
  void guidanceThatBeginsLateAndPreviewsAndCheckpoints() {
    try (VideoPipeline pipeline = open("wan21-t2v-tiny")) {
      assertTellsAll(
          pipeline,
          request(pipeline, 0)
              .with(Setting.GUIDANCE_INTERVAL, new GuidanceInterval(0.5, 1))
              .with(Setting.CHECKPOINT, folder.resolve("state.safetensors"))
              .with(Setting.PREVIEW, folder.resolve("preview.png")));
    }
  }

  @ParameterizedTest
  @CsvSource({"first-block:1", "'easycache:1,2'"})
  void whatACacheLeavesOut(String cache) {
    try (VideoPipeline pipeline = open("wan21-t2v-tiny")) {
      assertTellsAll(
          pipeline,
          request(pipeline, 0).with(Setting.CACHE, StepCaching.parse(cache).orElseThrow()));
    }
  }

  @Test
  void aThousandStepsTakeAsManyTimesTheArithmetic() {
    try (VideoPipeline pipeline = open("wan21-t2v-tiny")) {
      GenerationRequest request = request(pipeline, 0);
      long few = denoising(pipeline, request).flops();
      long more = denoising(pipeline, request.with(Setting.STEPS, STEPS + 1)).flops();
      StageNeeds thousand = denoising(pipeline, request.with(Setting.STEPS, 1000));
      assertEquals(few + (1000 - STEPS) * (more - few), thousand.flops());
      assertEquals(denoising(pipeline, request).peakBytes(), thousand.peakBytes());
    }
  }

  private static StageNeeds denoising(VideoPipeline pipeline, GenerationRequest request) {
    return pipeline.needs(request).stages().stream()
        .filter(stage -> stage.stage() == Stage.DENOISE)
        .findFirst()
        .orElseThrow();
  }
}
