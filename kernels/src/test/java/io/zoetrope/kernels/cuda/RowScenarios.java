package io.zoetrope.kernels.cuda;

import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;

/** Norms over the last dimension, and rotations. */
final class RowScenarios extends ReferenceComparison {
  RowScenarios(Ops tested) {
    super(tested);
  }

  void layerNorm() {
    for (DType dtype : BOTH) {
      for (int features : new int[] {13, 520, 1543, 10248}) {
        Tensor x = values(dtype, 2, features);
        Tensor weight = values(DType.F32, features);
        check(
            (ops, t) -> ops.layerNorm(t[0], t[1], t[2], 1e-6f),
            x,
            weight,
            values(DType.BF16, features));
        check((ops, t) -> ops.layerNorm(t[0], null, null, 0.1f), x);
      }
    }
    // A mean that is large beside the deviations.
    for (int features : new int[] {301, 304}) {
      float[] shifted = values(DType.F32, 2, features).toFloats();
      for (int i = 0; i < shifted.length; i++) {
        shifted[i] = 100 + shifted[i] / 100;
      }
      check((ops, t) -> ops.layerNorm(t[0], null, null, 1e-6f), Tensor.of(shifted, 2, features));
    }
  }

  void adaLayerNorm() {
    for (DType dtype : BOTH) {
      for (int features : new int[] {13, 520}) {
        check(
            (ops, t) -> ops.adaLayerNorm(t[0], t[1], t[2].narrow(1, 5, features), 1e-6f),
            values(dtype, 4, features),
            values(DType.F32, features),
            values(DType.F32, 4, features + 5));
      }
    }
  }

  void rmsNorm() {
    for (DType dtype : BOTH) {
      for (int features : new int[] {13, 520, 1543, 10248}) {
        Operation rmsNorm = (ops, t) -> ops.rmsNorm(t[0], t[1], 0.1f);
        check(rmsNorm, values(dtype, 3, features), values(DType.F32, features));
        check(rmsNorm, values(dtype, 3, features), values(DType.BF16, features));
      }
    }
  }

  void rmsNormRope() {
    for (DType dtype : BOTH) {
      for (int headDim : new int[] {14, 64}) {
        check(
            (ops, t) -> {
              ops.rmsNormRopeInPlace(t[0], t[1], 0.1f, t[2], t[3], 3);
              return t[0];
            },
            values(dtype, 5, 3L * headDim),
            values(DType.BF16, 3L * headDim),
            values(DType.F32, 5, headDim / 2),
            values(DType.F32, 5, headDim / 2));
      }
    }
  }

  void rope() {
    for (DType dtype : BOTH) {
      for (int headDim : new int[] {14, 64}) {
        check(
            (ops, t) -> {
              ops.ropeInPlace(t[0], t[1], t[2], 3);
              return t[0];
            },
            values(dtype, 25, 3L * headDim),
            values(DType.F32, 25, headDim / 2),
            values(DType.F32, 25, headDim / 2));
      }
      check(
          (ops, t) -> {
            ops.ropeInPlace(t[0], t[1], t[2], 1);
            return t[0];
          },
          values(dtype, 1, 6),
          values(DType.F32, 1, 3),
          values(DType.F32, 1, 3));
    }
  }

  void channelNorm() {
    for (DType dtype : BOTH) {
      for (int channels : new int[] {5, 96, 135, 1096}) {
        for (Activation activation : Activation.values()) {
          check(
              (ops, t) -> ops.channelNorm(t[0], t[1], activation),
              values(dtype, 11, channels),
              values(DType.F32, channels));
        }
      }
    }
    check(
        (ops, t) -> ops.channelNorm(t[0], t[1], Activation.NONE),
        Tensor.zeros(DType.F32, 3, 16),
        values(DType.BF16, 16));
  }
}
