package io.zoetrope.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.cuda.CudaException;
import io.zoetrope.kernels.cuda.standin.StandInDriver;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Tracer;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The demo model from prompt to pixels on device "cuda": the kernels as PTX, through JCuda's native
 * code, on the stand-in driver and the emulator. Sized in FLOPs: an emulator runs them.
 */
class CudaDemoModelTest {
  private static final int WIDTH = 32;
  private static final int HEIGHT = 16;
  private static final int FRAMES = 5;
  private static final int STEPS = 2;
  private static final int OUT_OF_MEMORY = 2;

  /** What a run left: the latents after each step, and the frames. */
  private record Run(List<float[]> latents, VideoFrames frames) {}

  private static Run run(String device, DType dtype) {
    List<float[]> latents = new ArrayList<>();
    Tracer tracer =
        new Tracer() {
          @Override
          public boolean wants(String path) {
            return path.endsWith("/latents_after");
          }

          @Override
          public void tensor(String path, Tensor tensor) {
            latents.add(tensor.toFloats());
          }
        };
    try (Backend backend = BackendProvider.open(device, 2)) {
      VideoPipeline pipeline =
          VideoPipeline.open(Fixtures.path("../demo-model/model"), backend, dtype);
      GenerationRequest request =
          GenerationRequest.builder("a red ball bounces on green grass", pipeline.defaults())
              .size(WIDTH, HEIGHT)
              .frames(FRAMES)
              .steps(STEPS)
              .seed(1)
              .build();
      return new Run(latents, pipeline.generate(request, Progress.NONE, tracer).frames());
    }
  }

  private static double distance(float[] a, float[] b) {
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      squares += Math.pow(a[i] - b[i], 2);
    }
    return Math.sqrt(squares / a.length);
  }

  /** The frames that the CPU makes of latents, [channels, frames, height, width]. */
  private static VideoFrames decodeOnCpu(float[] latents) {
    try (Backend backend = BackendProvider.open("cpu", 2)) {
      WanPipeline pipeline =
          (WanPipeline)
              VideoPipeline.open(Fixtures.path("../demo-model/model"), backend, DType.BF16);
      Pixels pixels = new Pixels(WIDTH, HEIGHT, FRAMES);
      try (Ops ops = new Ops(backend);
          var vae = pipeline.openVae(backend)) {
        Tensor channelsFirst = ops.upload(Tensor.of(latents, 16, 2, HEIGHT / 8, WIDTH / 8));
        Tensor z = ops.copy(channelsFirst.permute(WanPipeline.CHANNELS_LAST));
        vae.model()
            .decode(ops, vae.model().denormalize(ops, z), null, chunk -> pixels.add(ops, chunk));
      }
      return pixels.toFrames();
    }
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
    // The decoder computes in float32: of the same latents both make the same frames.
    VideoFrames decoded = decodeOnCpu(cuda.latents.getLast());
    for (int f = 0; f < FRAMES; f++) {
      for (int i = 0; i < decoded.frame(f).length; i++) {
        assertEquals(decoded.frame(f)[i] & 0xff, cuda.frames.frame(f)[i] & 0xff, 1, "frame " + f);
      }
    }
    assertEquals(List.of(), standIn.errors());
    assertFalse(standIn.hasContext());
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
