package io.zoetrope.bench;

import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Random;

/** Inputs of benchmarks. */
final class Values {
  private final Random random = new Random(1);

  /** A host tensor of normally distributed values; every block of a few thousand is the same. */
  Tensor normal(DType dtype, long... sizes) {
    Tensor tensor = Tensor.zeros(dtype, sizes);
    float[] values = new float[4099];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    MemorySegment memory = tensor.segment();
    for (long i = 0; i < tensor.count(); i++) {
      Conversions.fromFloat(memory, dtype, i, values[(int) (i % values.length)]);
    }
    return tensor;
  }
}
