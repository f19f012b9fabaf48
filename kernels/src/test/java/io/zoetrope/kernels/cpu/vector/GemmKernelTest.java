package io.zoetrope.kernels.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

class GemmKernelTest {
  /** Also what lies between and behind the rows of C stays as it was. */
  @Test
  void vectorKernelGivesTheBitsOfTheReference() {
    GemmKernel vector = new VectorGemmKernel();
    GemmKernel reference = new ReferenceGemmKernel();
    for (int depth : new int[] {1, 2, 31, 256}) {
      float[] a = normal(3 + 6 * (depth + 5));
      float[] b = normal(7 + depth * vector.columns());
      float[] c = normal(6 * (vector.columns() + 3) + 11);
      float[] expected = c.clone();
      int stride = vector.columns() + 3;
      vector.multiply(depth, a, 3, depth + 5, b, 7, c, 2, stride);
      reference.multiply(depth, a, 3, depth + 5, b, 7, expected, 2, stride);
      assertArrayEquals(expected, c, 0f, "depth " + depth);
    }
  }

  private static float[] normal(int count) {
    Random random = new Random(count);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
