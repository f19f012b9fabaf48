package io.zoetrope.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.VideoPipeline;
import io.zoetrope.kernels.cuda.runtime.CudaException;
import io.zoetrope.kernels.cuda.standin.NeedsStandIn;
import io.zoetrope.kernels.cuda.standin.StandInDriver;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.family.Opened;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.vae.VideoCodec;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The demo model from prompt to pixels on device "cuda": the kernels as PTX, through JCuda's native
 * code, on the stand-in driver and the emulator. Sized in FLOPs: an emulator runs them.
 */
@NeedsStandIn
class CudaDemoModelTest {
  private static final Path DEMO = Fixtures.path("../demo-model/model");
  private static final int WIDTH = 32;
  private static final int HEIGHT = 16;
  private static final int FRAMES = 5;
  private static final int STEPS = 2;
  private static final int OUT_OF_MEMORY = 2;

  /** What a run left: the latents after each step, the chunks of the decoder, and the frames. */
  private record Run(List<float[]> latents, List<float[]> chunks, VideoFrames frames) {}

  /** Notes what a {@link Run} has. */
  private record Notes(List<float[]> latents, List<float[]> chunks) implements Tracer {
    @Override
    public boolean wants(String path) {
      return path.endsWith("/latents_after") || path.endsWith("/video_out");
    }

    @Override
    public void tensor(String path, Tensor tensor) {
      (path.endsWith("/video_out") ? chunks : latents).add(tensor.toFloats());
    }
  }

  private static Run run(String device, DType dtype) {
    try (Backend backend = BackendProvider.open(device, 2);
        VideoPipeline pipeline =
            VideoPipeline.open(DEMO, backend, new ModelPrecision(dtype, dtype))) {
      GenerationRequest request =
          pipeline
              .request("a red ball bounces on green grass")
              .with(new ClipSize(WIDTH, HEIGHT, FRAMES))
              .with(Setting.STEPS, STEPS)
              .with(Setting.SEED, 1L);
      Notes notes = new Notes(new ArrayList<>(), new ArrayList<>());
      VideoFrames frames = pipeline.generate(request, Progress.NONE, notes).frames();
      return new Run(notes.latents, notes.chunks, frames);
    }
  }

  private static double distance(float[] a, float[] b) {
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      squares += Math.pow(a[i] - b[i], 2);
    }
    return Math.sqrt(squares / a.length);
  }

  /** What the decoder makes of latents, [channels, frames, height, width]. */
  private static List<float[]> decode(String device, DType dtype, Tensor latents) {
    List<float[]> chunks = new ArrayList<>();
    try (Backend backend = BackendProvider.open(device, 2);
        Opened<VideoCodec> codec =
            Family.open(ModelFolder.open(DEMO), new ModelPrecision(dtype, dtype))
                .codec()
                .open(backend);
        Ops ops = new Ops(backend)) {
      codec
          .model()
          .decode(
              ops, ops.upload(latents), null, chunk -> chunks.add(ops.download(chunk).toFloats()));
    }
    return chunks;
  }

  /** The bytes that the reference backend makes of chunks, [frames, height, width, 3] each. */
  private static byte[] pixels(List<float[]> chunks) {
    ByteArrayOutputStream rgb = new ByteArrayOutputStream();
    try (Ops ops = new Ops(new ReferenceBackend())) {
      for (float[] chunk : chunks) {
        Tensor video = Tensor.of(chunk, chunk.length / (HEIGHT * WIDTH * 3), HEIGHT, WIDTH, 3);
        Tensor bytes = ops.download(ops.toPixels(ops.upload(video)));
        rgb.writeBytes(bytes.segment().toArray(ValueLayout.JAVA_BYTE));
      }
    }
    return rgb.toByteArray();
  }

  private static byte[] bytes(VideoFrames frames) {
    ByteArrayOutputStream rgb = new ByteArrayOutputStream();
    for (int i = 0; i < frames.frames(); i++) {
      rgb.writeBytes(frames.frame(i));
    }
    return rgb.toByteArray();
  }

  /** BF16 on the device may be twice as far from F32 as BF16 on the CPU is. */
  private static void assertWithinBf16(String what, float[] exact, float[] cpu, float[] cuda) {
    double allowed = 2 * distance(exact, cpu);
    double actual = distance(exact, cuda);
    assertTrue(actual <= allowed, () -> "%s: %g of %g".formatted(what, actual, allowed));
  }

  @Test
  void agreesWithTheCpu() {
    Run exact = run("cpu", DType.F32);
    Run cpu = run("cpu", DType.BF16);
    StandInDriver standIn = StandInDriver.start();
    Run cuda = run("cuda", DType.BF16);
    assertEquals(STEPS, cuda.latents.size());
    for (int step = 0; step < STEPS; step++) {
      assertWithinBf16(
          "latents after step " + step,
          exact.latents.get(step),
          cpu.latents.get(step),
          cuda.latents.get(step));
    }
    Tensor latents = Tensor.of(cuda.latents.getLast(), 16, 2, HEIGHT / 8, WIDTH / 8);
    List<float[]> exactChunks = decode("cpu", DType.F32, latents);
    List<float[]> cpuChunks = decode("cpu", DType.BF16, latents);
    assertEquals(exactChunks.size(), cuda.chunks.size());
    for (int i = 0; i < exactChunks.size(); i++) {
      assertWithinBf16(
          "chunk %d of the frames".formatted(i),
          exactChunks.get(i),
          cpuChunks.get(i),
          cuda.chunks.get(i));
    }
    assertEquals(FRAMES, cuda.frames.frames());
    assertArrayEquals(pixels(cuda.chunks), bytes(cuda.frames));
    assertEquals(List.of(), standIn.errors());
    assertFalse(standIn.hasContext());
  }

  @Test
  void decodesInFloat32AsTheCpuDoes() {
    StandInDriver.start();
    float[] values = new float[16 * 2 * 2];
    Random random = new Random(1);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    Tensor latents = Tensor.of(values, 16, 2, 1, 2);
    List<float[]> cpu = decode("cpu", DType.F32, latents);
    List<float[]> cuda = decode("cuda", DType.F32, latents);
    assertEquals(cpu.size(), cuda.size());
    for (int i = 0; i < cpu.size(); i++) {
      double distance = distance(cpu.get(i), cuda.get(i));
      assertTrue(distance <= 2e-6, "chunk %d: %g".formatted(i, distance));
    }
  }

  @Test
  void aFailingKernelEndsTheJobAndReleasesTheDevice() {
    Run before = run("cpu", DType.BF16);
    StandInDriver standIn = StandInDriver.start();
    standIn.failKernel("rms_norm");
    var error = assertThrows(CudaException.DeviceLost.class, () -> run("cuda", DType.BF16));
    assertTrue(error.getMessage().contains("CUDA_ERROR_LAUNCH_FAILED"), error.getMessage());
    assertFalse(standIn.hasContext());
    assertEquals(before.frames, run("cpu", DType.BF16).frames);
  }

  @Test
  void aCardThatIsTooSmallIsOneLine() {
    StandInDriver standIn = StandInDriver.start();
    standIn.fail("cuMemAlloc_v2", OUT_OF_MEMORY, 5);
    var error = assertThrows(CudaException.OutOfMemory.class, () -> run("cuda", DType.BF16));
    assertTrue(error.getMessage().startsWith("allocating "), error.getMessage());
    assertFalse(standIn.hasContext());
  }
}
