package io.zoetrope.upscale;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;

/** Rectified linear units, in the place of their input. */
final class Rectifier {
  private Rectifier() {}

  /** {@code max(x, 0)}. */
  static Tensor relu(Ops ops, Tensor x) {
    ops.clampInPlace(x, 0, Float.MAX_VALUE);
    return x;
  }

  /**
   * {@code max(x, slope * x)} as {@code slope * x + (1 - slope) * max(x, 0)}, which is rounded once
   * and gives what is above 0 back as it is.
   */
  static Tensor leakyRelu(Ops ops, Tensor x, double slope) {
    try (var _ = ops.scope()) {
      Tensor positive = relu(ops, ops.copy(x));
      ops.linearCombinationInto(x, new double[] {slope, 1 - slope}, x, positive);
    }
    return x;
  }
}
