package io.zoetrope.pipeline.family.ltx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.VideoPipeline;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.GenerationResult;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.StageNeeds;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.pipeline.family.ChangedModel;
import io.zoetrope.pipeline.family.LatentUpscaling;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.run.DecodeJob;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.pipeline.run.SavedLatents;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.testing.Fixtures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs with conditions: what they need is forecast, and what they keep goes on to the bit. */
class LTXJobTest {
  private final Backend cpu = BackendProvider.open("cpu", 1);
  private final VideoPipeline pipeline =
      VideoPipeline.open(
          new ChangedModel(ModelFolder.open(Fixtures.path("ltx-video-095-tiny"))) {
            @Override
            public String pipelineClass() {
              return LTXConditionFamily.PIPELINE_CLASS;
            }
          },
          cpu,
          new ModelPrecision(DType.F32, DType.F32),
          WeightRetention.RELEASE);

  @TempDir private Path folder;

  @AfterEach
  void close() {
    pipeline.close();
    cpu.close();
  }

  private Path file(String name) {
    return folder.resolve(name + ".safetensors");
  }

  /** Noise before the first step, in each step and in the decoder. */
  private GenerationRequest request() {
    VideoFrames picture = new VideoFrames(8, 8, 1, new byte[8 * 8 * 3]);
    return pipeline
        .request("a prompt")
        .with(new ClipSize(32, 32, 9))
        .with(Setting.STEPS, 3)
        .with(Setting.MAX_SEQUENCE_LENGTH, 8)
        .with(Setting.DECODE_TIMESTEP, 0.05)
        .with(Input.Image.first(picture))
        .with(new Input.Condition(picture, 8, 0.5));
  }

  /** Notes what stages took, and does something behind the second step. */
  private static Progress heard(List<StageNeeds> needs, Runnable behind) {
    return new Progress() {
      @Override
      public void step(Stage stage, int done) {
        if (stage == Stage.DENOISE && done == 2) {
          behind.run();
        }
      }

      @Override
      public void end(Stage stage, Report report) {
        needs.add(
            new StageNeeds(stage, report.weightBytes(), report.scratchBytes(), report.flops()));
      }
    };
  }

  private void copyState() {
    try {
      Files.copy(file("state"), file("amid"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatIsKeptGoesOnToTheBit() {
    // 1. What the job takes is what was forecast
    GenerationRequest kept =
        request()
            .with(Setting.CHECKPOINT, file("state"))
            .with(Setting.SAVE_LATENTS, file("latents"));
    List<StageNeeds> needs = new ArrayList<>();
    Job job = pipeline.job(kept);
    GenerationResult whole = job.run(heard(needs, this::copyState), Tracer.NONE);
    assertEquals(List.of(), whole.failures());
    assertEquals(pipeline.needs(kept).stages(), needs);
    assertEquals(25, whole.settings().get("frame_rate"));

    // 2. Gone on with from amid the steps
    Job rest = pipeline.job(request().with(Setting.RESUME, file("amid")));
    assertEquals(2, rest.takenSteps());
    assertEquals(whole.frames(), rest.run(Progress.NONE, Tracer.NONE).frames());

    // 3. Decoded later
    SavedLatents saved = SavedLatents.read(file("latents"));
    DecodeJob decode = pipeline.decodeJob(saved, false, Optional.empty());
    assertEquals(whole.frames(), decode.run(Progress.NONE, Tracer.NONE).frames());
  }

  @Test
  void latentsBecomeLargerAndASecondPassStartsFromThem() {
    pipeline.generate(request().with(Setting.SAVE_LATENTS, file("small")), Progress.NONE);
    Path network = Fixtures.path("ltx-upsample-tiny").resolve("latent_upsampler");
    DecodeJob larger =
        pipeline.decodeJob(
            SavedLatents.read(file("small")),
            false,
            Optional.of(new LatentUpscaling(network, 0.5, 0.2)));
    assertEquals(new ClipSize(64, 64, 9), larger.size());
    List<StageNeeds> needs = new ArrayList<>();
    GenerationResult result =
        larger.run(heard(needs, () -> {}), Tracer.NONE, Optional.of(file("large")));
    assertEquals(larger.needs().stages(), needs);
    assertEquals(64, result.settings().get(Setting.WIDTH.name()));
    assertEquals(Shape.of(16, 2, 2, 2), SavedLatents.read(file("large")).shape());
  }

  @Test
  void foldersWithoutTheNetworkAreRefused() {
    pipeline.generate(request().with(Setting.SAVE_LATENTS, file("small")), Progress.NONE);
    SavedLatents saved = SavedLatents.read(file("small"));
    Optional<LatentUpscaling> nothing = Optional.of(new LatentUpscaling(folder, 0, 0));
    PipelineException e =
        assertThrows(PipelineException.class, () -> pipeline.decodeJob(saved, false, nothing));
    assertTrue(e.getMessage().contains("has neither model_index.json nor"), e.getMessage());
    assertThrows(PipelineException.class, () -> new LatentUpscaling(folder, -1, 0));
    assertThrows(PipelineException.class, () -> new LatentUpscaling(folder, 0, 2));
  }
}
