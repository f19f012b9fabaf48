package io.zoetrope.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.zoetrope.ops.Activation;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How work is cut into tasks depends on the number of threads; no bit of a result does. */
class ThreadCountTest {
  @Test
  void resultsAreTheSameForAnyNumberOfThreads() {
    List<float[]> alone = results(1);
    for (int threads : new int[] {2, 3, 7}) {
      List<float[]> shared = results(threads);
      for (int i = 0; i < alone.size(); i++) {
        assertArrayEquals(alone.get(i), shared.get(i), 0f, threads + " threads, result " + i);
      }
    }
  }

  private static List<float[]> results(int threads) {
    Random random = new Random(7);
    Tensor x = normal(random, 203, 96);
    Tensor wide = normal(random, 131, 96);
    Tensor square = normal(random, 131, 131);
    Tensor video = normal(random, 2, 13, 53, 12);
    Tensor taps = normal(random, 70, 12, 3, 3, 3);
    Tensor big = normal(random, 801, 131);
    try (CpuBackend backend = new CpuBackend(threads);
        Ops ops = new Ops(backend)) {
      Tensor projected = ops.linear(x, backend.place(wide, DType.F32), null, Activation.GELU_TANH);
      return List.of(
          projected.toFloats(),
          ops.linear(projected, square, null, Activation.NONE).toFloats(),
          ops.attention(x, wide, wide, 3, 0.2f, null).toFloats(),
          ops.attention(x, wide, wide, 1, 0.2f, null).toFloats(),
          ops.conv3d(video, null, taps, null, ConvGeometry.causal(2, 1)).toFloats(),
          ops.conv3d(video, null, taps, null, ConvGeometry.causal(2, 1).upsampled()).toFloats(),
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
