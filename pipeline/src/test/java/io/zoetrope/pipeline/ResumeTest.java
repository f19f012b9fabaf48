package io.zoetrope.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.VideoPipeline;
import io.zoetrope.dit.scheduler.config.Schedulers;
import io.zoetrope.media.Provenance;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.Progress.Stage;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.pipeline.task.Task;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.weights.SafetensorsFile;
import io.zoetrope.weights.SafetensorsWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs that are stopped, kept, seen on the way, and gone on with. */
class ResumeTest {
  private static final int STEPS = 4;

  @TempDir private Path folder;

  private static VideoPipeline open(String fixture, Backend device) {
    return VideoPipeline.open(Fixtures.path(fixture), device, DType.F32);
  }

  /** The smallest clip in which frames differ. */
  private static GenerationRequest request(VideoPipeline pipeline, Task task) {
    GenerationRequest request =
        pipeline
            .request("a prompt")
            .with(
                new ClipSize(
                    pipeline.geometry().widthMultiple(), pipeline.geometry().heightMultiple(), 5))
            .with(Setting.STEPS, STEPS);
    if (pipeline.text().shortest() == 1) {
      request = request.with(Setting.MAX_SEQUENCE_LENGTH, 8);
    }
    return task.withExample(request);
  }

  private GenerationRequest kept(GenerationRequest request) {
    return request.with(Setting.CHECKPOINT, folder.resolve("state.safetensors"));
  }

  private GenerationRequest resumed(GenerationRequest request) {
    return request.with(Setting.RESUME, folder.resolve("state.safetensors"));
  }

  /** Notes what stages took, and does something behind a step. */
  private static Progress heard(List<StageNeeds> needs, int last, Runnable behind) {
    return new Progress() {
      @Override
      public void step(Stage stage, int done) {
        if (stage == Stage.DENOISE && done == last) {
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

  private static void assertStops(Job job, int last) {
    assertThrows(
        CancellationException.class,
        () ->
            job.run(
                heard(new ArrayList<>(), last, () -> Thread.currentThread().interrupt()),
                Tracer.NONE));
    Thread.interrupted();
  }

  @ParameterizedTest
  @CsvSource({
    "wan21-t2v-tiny, 0, unipc",
    "wan21-t2v-tiny, 1, unipc",
    "wan-few-step, 0, lcm",
    "wan22-ti2v-tiny, 2, unipc",
    "wan21-i2v-tiny, 0, dpm++",
    "wan21-flf2v-tiny, 0, unipc",
    "wan22-a14b-tiny, 0, unipc",
    "wan21-vace-tiny, 0, unipc",
  })
  void aJobGoesOnToTheBit(String fixture, int task, String scheduler) throws IOException {
    try (Backend cpu = BackendProvider.open("cpu", 1);
        VideoPipeline pipeline = open(fixture, cpu)) {
      GenerationRequest request =
          request(pipeline, pipeline.tasks().get(task))
              .with(Setting.SCHEDULER, Schedulers.ofOption(scheduler));

      // 1. Kept and seen: what it takes is what was forecast
      Path preview = folder.resolve("preview.png");
      Path amid = folder.resolve("amid.safetensors");
      GenerationRequest watched = kept(request).with(Setting.PREVIEW, preview);
      List<StageNeeds> needs = new ArrayList<>();
      Job job = pipeline.job(watched);
      GenerationResult whole =
          job.run(
              heard(needs, 2, () -> copy(folder.resolve("state.safetensors"), amid)), Tracer.NONE);
      assertEquals(List.of(), whole.failures());
      assertEquals(pipeline.needs(watched).stages(), needs);
      assertTrue(ImageIO.read(preview.toFile()).getWidth() > whole.frames().width());

      // 2. Gone on with from amid the steps
      GenerationRequest rest = request.with(Setting.RESUME, amid);
      needs.clear();
      Job going = pipeline.job(rest);
      assertEquals(2, going.takenSteps());
      assertEquals(whole.frames(), going.run(heard(needs, 0, () -> {}), Tracer.NONE).frames());
      assertEquals(pipeline.needs(rest).stages(), needs);
    }
  }

  private static void copy(Path from, Path to) {
    try {
      Files.copy(from, to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Up to the latents alone: an emulator takes its time to decode. */
  @ParameterizedTest
  @ValueSource(strings = {"reference", "cpu,gemm=vector", "cuda-emulated"})
  void aJobGoesOnOnEveryDevice(String name) throws IOException {
    try (Backend device = BackendProvider.open(name, 0);
        VideoPipeline pipeline = open("wan21-t2v-tiny", device)) {
      GenerationRequest request =
          pipeline
              .request("a prompt")
              .with(new ClipSize(16, 16, 1))
              .with(Setting.STEPS, 2)
              .with(Setting.GUIDANCE_SCALE, 1.0)
              .with(Setting.MAX_SEQUENCE_LENGTH, 8);
      Path preview = folder.resolve("preview.gif");
      assertStops(pipeline.job(kept(request).with(Setting.PREVIEW, preview)), 1);
      assertTrue(Files.exists(preview));
      assertEquals(
          -1,
          Files.mismatch(
              latents(pipeline, request, "whole.st"),
              latents(pipeline, resumed(request), "resumed.st")));
    }
  }

  /** The latents of a job, which is stopped before it decodes them. */
  private Path latents(VideoPipeline pipeline, GenerationRequest request, String name) {
    Path file = folder.resolve(name);
    Job job = pipeline.job(request.with(Setting.SAVE_LATENTS, file));
    assertThrows(CancellationException.class, () -> job.run(stoppedIn(Stage.DECODE), Tracer.NONE));
    Thread.interrupted();
    return file;
  }

  private static Progress stoppedIn(Stage last) {
    return new Progress() {
      @Override
      public void begin(Stage stage, int steps) {
        if (stage == last) {
          Thread.currentThread().interrupt();
        }
      }
    };
  }

  /** Written now and then, but also when the job ends early, and behind the last step. */
  @Test
  void theLastFinishedStepIsKept() throws IOException {
    try (Backend cpu = BackendProvider.open("cpu", 1);
        VideoPipeline pipeline = open("wan21-t2v-tiny", cpu)) {
      GenerationRequest request = request(pipeline, pipeline.tasks().getFirst());
      GenerationRequest seldom = kept(request).with(Setting.CHECKPOINT_EVERY, 3);
      Job stopped = pipeline.job(seldom);
      assertStops(stopped, 2);
      assertEquals(OptionalInt.of(2), stopped.keep());

      // Of a job that goes on from there the next one can go on
      Job next = pipeline.job(resumed(seldom));
      VideoFrames whole = next.run(Progress.NONE, Tracer.NONE).frames();
      assertEquals(OptionalInt.of(STEPS), next.keep());
      Job finished = pipeline.job(resumed(request));
      assertEquals(STEPS, finished.takenSteps());
      assertEquals(whole, finished.run(Progress.NONE, Tracer.NONE).frames());

      // Before the first step there is nothing to keep
      Files.delete(folder.resolve("state.safetensors"));
      Job early = pipeline.job(kept(request));
      assertThrows(
          CancellationException.class, () -> early.run(stoppedIn(Stage.DENOISE), Tracer.NONE));
      Thread.interrupted();
      assertEquals(OptionalInt.empty(), early.keep());
      assertFalse(Files.exists(folder.resolve("state.safetensors")));
    }
  }

  @Test
  void aCheckpointThatCannotBeWrittenDoesNotCostTheClip() throws IOException {
    try (Backend cpu = BackendProvider.open("cpu", 1);
        VideoPipeline pipeline = open("wan21-t2v-tiny", cpu)) {
      GenerationRequest request = request(pipeline, pipeline.tasks().getFirst());
      Path preview = folder.resolve("preview.png");
      Job job = pipeline.job(kept(request).with(Setting.PREVIEW, preview));
      Files.createDirectory(folder.resolve("state.safetensors"));
      Files.createDirectory(preview);
      GenerationResult result = job.run(Progress.NONE, Tracer.NONE);
      assertEquals(2, result.failures().size(), result.failures().toString());
      assertEquals(pipeline.generate(request, Progress.NONE).frames(), result.frames());
    }
  }

  /** Larger clips are not decoded on the way: latent pixels are shown in their colours. */
  @Test
  void largerClipsAreSeenInTheColoursOfTheirLatents() throws IOException {
    try (Backend cpu = BackendProvider.open("cpu", 2);
        VideoPipeline pipeline = open("wan21-t2v-tiny", cpu)) {
      Path preview = folder.resolve("preview.png");
      GenerationRequest request =
          pipeline
              .request("a prompt")
              .with(new ClipSize(432, 416, 1))
              .with(Setting.STEPS, 2)
              .with(Setting.GUIDANCE_SCALE, 1.0)
              .with(Setting.MAX_SEQUENCE_LENGTH, 8)
              .with(Setting.PREVIEW, preview)
              .with(Setting.PREVIEW_EVERY, 5);
      List<StageNeeds> needs = new ArrayList<>();
      pipeline.job(request).run(heard(needs, 0, () -> {}), Tracer.NONE);
      assertEquals(pipeline.needs(request).stages(), needs);
      assertEquals(Stage.ENCODE_VIDEO, needs.get(1).stage());
      // A latent frame of 54x52 fits four times into 256 pixels
      assertEquals(216, ImageIO.read(preview.toFile()).getWidth());
      assertHas(
          Provenance.read(preview).toJson(), "\"preview_of_step\":2", "trainedAlgorithmicMedia");
    }
  }

  // ---------------------------------------------------------------- what is refused

  private static String refusal(VideoPipeline pipeline, GenerationRequest request) {
    Exception e = assertThrows(RuntimeException.class, () -> pipeline.job(request));
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    return e.getMessage();
  }

  private static void assertHas(String text, String... parts) {
    for (String part : parts) {
      assertTrue(text.contains(part), "'%s' is missing in: %s".formatted(part, text));
    }
  }

  @Test
  void anotherJobIsRefusedWithWhatDiffers() {
    try (Backend cpu = BackendProvider.open("cpu", 1);
        VideoPipeline pipeline = open("wan21-t2v-tiny", cpu);
        VideoPipeline other = open("wan-few-step", cpu);
        VideoPipeline half = VideoPipeline.open(Fixtures.path("wan21-t2v-tiny"), cpu, DType.BF16)) {
      GenerationRequest request = request(pipeline, pipeline.tasks().getFirst());
      assertStops(pipeline.job(kept(request)), 1);
      GenerationRequest rest = resumed(request);
      assertHas(
          refusal(pipeline, rest.with(Setting.SEED, 7L)),
          "of another job: its seed is 0, here it is 7");
      assertHas(refusal(pipeline, rest.with(Setting.PROMPT, "a cat")), "its prompt is a prompt");
      assertHas(
          refusal(pipeline, rest.with(Setting.STEPS, 5)),
          "its num_inference_steps is 4, here it is 5");
      assertHas(refusal(half, rest), "its dtype is f32, here it is bf16");
      assertHas(refusal(other, rest), "its model is", "other weights", "wan-few-step");
      Input clip = new Input.Clip(new VideoFrames(16, 16, 5, new byte[16 * 16 * 5 * 3]), 1);
      assertHas(refusal(pipeline, rest.with(clip)), "its input 1 is not set, here it is a clip");
    }
  }

  /** Whoever looks at one of those gets one line. */
  @Test
  void filesThatAreNoCheckpointsAreRefused() throws IOException {
    Path file = folder.resolve("state.safetensors");
    try (Backend cpu = BackendProvider.open("cpu", 1);
        VideoPipeline pipeline = open("wan21-t2v-tiny", cpu)) {
      GenerationRequest request = request(pipeline, pipeline.tasks().getFirst());
      GenerationRequest rest = resumed(request);
      assertHas(refusal(pipeline, rest), "no such file");

      pipeline.generate(request.with(Setting.SAVE_LATENTS, file), Progress.NONE);
      assertHas(refusal(pipeline, rest), "holds finished latents", "zoetrope decode");

      SafetensorsWriter.write(file, Map.of("latents", Tensor.zeros(DType.F32, 1)), Map.of());
      assertHas(refusal(pipeline, rest), "is no checkpoint of a job");
      Files.writeString(file, "{}");
      assertHas(refusal(pipeline, rest), "state.safetensors");

      assertStops(pipeline.job(kept(request)), 2);
      changed(file, "latents", Tensor.zeros(DType.F32, 3, 3));
      assertHas(refusal(pipeline, rest), "is a damaged checkpoint", "F32 [3, 3] 'latents'");
      assertStops(pipeline.job(kept(request)), 2);
      changed(file, "scheduler.last_order", Tensor.of(new float[] {9}, 1));
      assertHas(refusal(pipeline, rest), "is a damaged checkpoint", "last_order");
      assertStops(pipeline.job(kept(request)), 2);
      changed(file, "generator", null);
      assertHas(refusal(pipeline, rest), "is a damaged checkpoint", "'generator' is missing");
      assertStops(pipeline.job(kept(request)), 2);
      float[] values = new float[16 * 2 * 2 * 2];
      values[5] = Float.NaN;
      changed(file, "scheduler.prediction_0", Tensor.of(values, 16, 2, 2, 2));
      assertHas(refusal(pipeline, rest), "is a damaged checkpoint", "not finite");

      assertStops(pipeline.job(kept(request)), 2);
      try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
        bytes.setLength(bytes.length() - 10);
      }
      assertHas(refusal(pipeline, rest), "state.safetensors");
    }
  }

  /** Writes a checkpoint anew with another tensor, or without it. */
  private static void changed(Path file, String name, Tensor tensor) {
    try (SafetensorsFile stored = SafetensorsFile.open(file)) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      stored.names().forEach(each -> tensors.put(each, stored.tensor(each).load()));
      if (tensor == null) {
        tensors.remove(name);
      } else {
        tensors.put(name, tensor);
      }
      SafetensorsWriter.write(file, tensors, stored.metadata());
    }
  }
}
