package io.zoetrope.dit.cache;

import io.zoetrope.ops.Buffers;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;

/** A tensor that is kept from one step to another; it has memory from its first value on. */
final class Remembered {
  private final Buffers buffers;
  private Tensor value;
  private boolean known;

  Remembered(Buffers buffers) {
    this.buffers = buffers;
  }

  boolean isKnown() {
    return known;
  }

  void forget() {
    known = false;
  }

  /** The value, which is known. */
  Tensor value() {
    return value;
  }

  /** Remembers a value, which keeps its shape. */
  void set(Ops ops, Tensor x) {
    if (value == null) {
      value = buffers.allocate(x.dtype(), x.shape());
    }
    ops.copyInto(value, x);
    known = true;
  }

  /** What was added to the value since it was set becomes the value. */
  void becomeChange(Ops ops, Tensor now) {
    ops.linearCombinationInto(value, new double[] {1, -1}, now, value);
  }

  /** {@code mean(|x - value|) / mean(|value|)}. */
  double relativeDistance(Ops ops, Tensor x) {
    return ops.meanDistance(x, value) / ops.meanMagnitude(value);
  }
}
