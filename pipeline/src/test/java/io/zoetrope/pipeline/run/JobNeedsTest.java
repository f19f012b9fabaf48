package io.zoetrope.pipeline.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.VideoPipeline;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.JobNeeds;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.StageNeeds;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.tensor.DType;
import io.zoetrope.testing.Fixtures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class JobNeedsTest {
  private static final Path FOLDER = Fixtures.path("wan21-t2v-tiny");

  private final Backend backend = new DryRunBackend();
  private final VideoPipeline pipeline = VideoPipeline.open(FOLDER, backend, DType.F32);

  @AfterEach
  void close() {
    pipeline.close();
  }

  private GenerationRequest request(int width, int height, int frames) {
    return pipeline
        .request("a prompt")
        .with(new ClipSize(width, height, frames))
        .with(Setting.STEPS, 3);
  }

  /** What the pipeline itself reports of a request on the same backend. */
  private List<StageNeeds> reported(GenerationRequest request) {
    return reported(pipeline, request);
  }

  private static List<StageNeeds> reported(VideoPipeline pipeline, GenerationRequest request) {
    List<StageNeeds> reports = new ArrayList<>();
    pipeline.generate(
        request,
        new Progress() {
          @Override
          public void end(Stage stage, Report report) {
            reports.add(
                new StageNeeds(stage, report.weightBytes(), report.scratchBytes(), report.flops()));
          }
        });
    return reports;
  }

  @ParameterizedTest
  @CsvSource({"512,256,9,5,false", "512,256,9,1,false", "512,512,5,5,true"})
  void countsWhatThePipelineReports(
      int width, int height, int frames, double guidance, boolean tiled) {
    GenerationRequest request =
        request(width, height, frames)
            .with(Setting.GUIDANCE_SCALE, guidance)
            .with(Setting.VAE_TILING, tiled);
    assertEquals(reported(request), pipeline.needs(request).stages());
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16"})
  void countsWhatADeviceHolds(DType dtype) {
    try (Backend cpu = BackendProvider.open("cpu", 1);
        VideoPipeline computing =
            VideoPipeline.open(FOLDER, cpu, new ModelPrecision(dtype, dtype))) {
      GenerationRequest request = request(64, 32, 5).with(Setting.STEPS, 1);
      assertEquals(reported(computing, request), computing.needs(request).stages());
    }
  }

  @Test
  void countsTheEncoderOfAClip() {
    VideoFrames clip = new VideoFrames(64, 32, 5, new byte[64 * 32 * 5 * 3]);
    GenerationRequest request = request(64, 32, 5).with(new Input.Clip(clip, 1));
    assertEquals(reported(request), pipeline.needs(request).stages());
  }

  @Test
  void weightsThatAreKeptAreHeldTogether() {
    GenerationRequest request = request(64, 32, 5);
    try (VideoPipeline keeping =
        VideoPipeline.open(
            ModelFolder.open(FOLDER),
            backend,
            new ModelPrecision(DType.F32, DType.F32),
            WeightRetention.KEEP)) {
      JobNeeds kept = keeping.needs(request);
      assertEquals(pipeline.needs(request).stages(), kept.stages());
      long weights = kept.stages().stream().mapToLong(StageNeeds::weightBytes).sum();
      long scratch = kept.stages().stream().mapToLong(StageNeeds::scratchBytes).max().orElseThrow();
      assertEquals(
          backend.runtimeBytes() + request.size().bytes() + weights + scratch, kept.peakBytes());
      assertTrue(kept.peakBytes() > pipeline.needs(request).peakBytes());
    }
  }
}
