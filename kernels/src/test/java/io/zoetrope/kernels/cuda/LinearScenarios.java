package io.zoetrope.kernels.cuda;

import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;

/** Linear maps: tensor cores and float32, with each bias, activation and gate. */
final class LinearScenarios extends ReferenceComparison {
  LinearScenarios(Ops tested) {
    super(tested);
  }

  void linear(Activation activation, int rows, int depth, int features, int oddFeatures) {
    Operation linear = (ops, t) -> ops.linear(t[0], t[1], t[2], activation);
    Tensor x = values(DType.BF16, rows, depth);
    check(linear, x, values(DType.BF16, features, depth), values(DType.BF16, features));
    check(linear, x, values(DType.BF16, features, depth), null);
    check(linear, x, values(DType.BF16, oddFeatures, depth), values(DType.F32, oddFeatures));
  }

  void floatLinear() {
    Operation linear = (ops, t) -> ops.linear(t[0], t[1], t[2], Activation.NONE);
    check(linear, values(DType.F32, 67, 21), values(DType.BF16, 70, 21), values(DType.BF16, 70));
    for (Activation activation : Activation.values()) {
      Operation activated = (ops, t) -> ops.linear(t[0], t[1], null, activation);
      check(activated, values(DType.F32, 7, 5), values(DType.F32, 64, 5));
    }
    check(linear, values(DType.F32, 3, 40), values(DType.F32, 64, 40), null);
    check(linear, values(DType.BF16, 5, 19), values(DType.F32, 9, 19), values(DType.F32, 9));
  }

  void linearAdd(DType dtype, DType biasType, int rows, int depth) {
    Operation linearAdd =
        (ops, t) -> {
          Tensor gate =
              t[4] == null || t[4].shape().rank() == 1 ? t[4] : t[4].narrow(1, 3, t[0].size(1));
          ops.linearAddInPlace(t[0], t[1], t[2], t[3], gate);
          return t[0];
        };
    for (int features : new int[] {136, 33}) {
      Tensor out = values(dtype, rows, features);
      Tensor x = values(dtype, rows, depth);
      Tensor weight = values(dtype, features, depth);
      Tensor bias = values(biasType, features);
      check(linearAdd, out, x, weight, bias, values(DType.F32, features));
      check(linearAdd, out, x, weight, bias, values(DType.F32, rows, features + 7));
      check(linearAdd, out, x, weight, null, null);
    }
  }

  void linearMultiply(DType dtype, int rows, int depth) {
    Operation linearMultiply =
        (ops, t) -> {
          ops.linearMultiplyInPlace(t[0], t[1], t[2], t[3]);
          return t[0];
        };
    for (int features : new int[] {136, 33}) {
      Tensor out = values(dtype, rows, features);
      Tensor x = values(dtype, rows, depth);
      Tensor weight = values(dtype, features, depth);
      check(linearMultiply, out, x, weight, values(DType.BF16, features));
      check(linearMultiply, out, x, weight, values(DType.F32, features));
      check(linearMultiply, out, x, weight, null);
    }
  }
}
