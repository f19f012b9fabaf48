package io.zoetrope.bench;

import io.zoetrope.ops.Backend;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;

/**
 * Operands of benchmarks, on a backend.
 *
 * @param dtype of activations and weights
 */
record Inputs(Backend backend, DType dtype, Values values) {
  /** Activations. */
  Tensor activations(long... sizes) {
    return values.normal(dtype, sizes);
  }

  /** A weight, as the backend wants to have it. */
  Tensor weight(long... sizes) {
    return backend.place(values.normal(dtype, sizes), DType.F32);
  }

  /** What is F32 in any case: modulation, gates, position tables. */
  Tensor floats(long... sizes) {
    return values.normal(DType.F32, sizes);
  }
}
