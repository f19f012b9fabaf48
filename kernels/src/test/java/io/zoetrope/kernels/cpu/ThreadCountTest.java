package io.zoetrope.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zoetrope.kernels.cpu.jit.Emulation;
import io.zoetrope.kernels.cpu.jit.GeneratedBackend;
import io.zoetrope.kernels.cpu.jit.op.ConvolutionAlgorithm;
import io.zoetrope.kernels.cpu.vector.GemmKernel;
import io.zoetrope.kernels.cpu.vector.VectorBackend;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How work is cut into tasks depends on the number of threads; no bit of a result does. */
class ThreadCountTest {
  /** Opens a backend with a number of threads. */
  @FunctionalInterface
  private interface Path {
    Backend open(int threads);
  }

  @Test
  void vectorKernels() {
    check(threads -> new VectorBackend(threads, GemmKernel.vector(), Optional.empty()), DType.F32);
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16"})
  void generatedKernelsOfThisMachine(DType dtype) {
    assumeTrue(GeneratedBackend.obstacle().isEmpty(), () -> GeneratedBackend.obstacle().get());
    check(
        threads -> GeneratedBackend.best(threads, ConvolutionAlgorithm.AUTO).orElseThrow(), dtype);
  }

  @Test
  void generatedKernelsWithTiles() {
    check(threads -> Emulation.open(threads, "amx").backend(), DType.BF16);
  }

  private static void check(Path path, DType dtype) {
    List<float[]> alone = results(path, 1, dtype);
    for (int threads : new int[] {2, 3, 7}) {
      List<float[]> shared = results(path, threads, dtype);
      for (int i = 0; i < alone.size(); i++) {
        assertArrayEquals(alone.get(i), shared.get(i), 0f, threads + " threads, result " + i);
      }
    }
  }

  private static List<float[]> results(Path path, int threads, DType dtype) {
    Random random = new Random(7);
    try (Backend backend = path.open(threads);
        Ops ops = new Ops(backend)) {
      Tensor x = ops.cast(normal(random, 203, 96), dtype);
      Tensor wide = ops.cast(normal(random, 131, 96), dtype);
      Tensor square = backend.place(normal(random, 131, 131), dtype);
      Tensor video = ops.cast(normal(random, 2, 13, 53, 12), dtype);
      Tensor taps = backend.place(normal(random, 70, 12, 3, 3, 3), dtype);
      Tensor deepVideo = ops.cast(normal(random, 2, 13, 53, 24), dtype);
      Tensor deepTaps = backend.place(normal(random, 70, 24, 3, 3, 3), dtype);
      Tensor big = ops.cast(normal(random, 801, 131), dtype);
      Tensor weight = backend.place(normal(random, 131, 96), dtype);
      Tensor projected = ops.linear(x, weight, null, Activation.GELU_TANH);
      return List.of(
          projected.toFloats(),
          ops.linear(projected, square, null, Activation.NONE).toFloats(),
          ops.attention(x, wide, wide, 3, 0.2f, null).toFloats(),
          ops.attention(x, wide, wide, 1, 0.2f, null).toFloats(),
          ops.conv3d(video, null, taps, null, ConvGeometry.causal(2, 1)).toFloats(),
          ops.conv3d(video, null, taps, null, ConvGeometry.causal(2, 1).upsampled()).toFloats(),
          ops.conv3d(deepVideo, null, deepTaps, null, ConvGeometry.causal(2, 1)).toFloats(),
          ops.layerNorm(big, null, null, 1e-6f).toFloats(),
          ops.activate(big, Activation.SILU).toFloats(),
          ops.copy(big.permute(1, 0)).toFloats());
    }
  }

  private static Tensor normal(Random random, long... sizes) {
    float[] values = new float[Math.toIntExact(Shape.of(sizes).count())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(values, sizes);
  }
}
