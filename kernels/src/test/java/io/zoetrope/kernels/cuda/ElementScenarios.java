package io.zoetrope.kernels.cuda;

import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;

/** Sums, products, activations, copies, look-ups and resizing. */
final class ElementScenarios extends ReferenceComparison {
  ElementScenarios(Ops tested) {
    super(tested);
  }

  void gatedAdd() {
    for (DType dtype : BOTH) {
      for (int features : new int[] {13, 520}) {
        Operation add =
            (ops, t) -> {
              Tensor gate = t[2].shape().rank() == 1 ? t[2] : t[2].narrow(1, 5, t[0].size(1));
              ops.addGatedInPlace(t[0], t[1], gate);
              return t[0];
            };
        Tensor x = values(dtype, 40, features);
        Tensor y = values(dtype, 40, features);
        check(add, x, y, values(DType.F32, features));
        check(add, x, y, values(DType.F32, 40, features + 5));
        Tensor other = values(dtype == DType.F32 ? DType.BF16 : DType.F32, 40, features);
        check(add, x, other, values(DType.F32, features));
        check(add, values(dtype, 1, 5), values(dtype, 1, 5), values(DType.F32, 5));
      }
    }
  }

  void combine(Operation operation) {
    for (DType left : BOTH) {
      for (DType right : BOTH) {
        check(operation, values(left, 3, 5), values(right, 5));
        check(operation, values(left, 3, 40), values(right, 40));
        check(operation, values(left, 700, 13), values(right, 700, 13));
        check(operation, values(left, 9, 2048), values(right, 9, 2048));
      }
    }
  }

  void activate() {
    for (DType dtype : BOTH) {
      for (Activation activation : Activation.values()) {
        check((ops, t) -> ops.activate(t[0], activation), values(dtype, 9, 7));
        check((ops, t) -> ops.activate(t[0], activation), values(dtype, 9, 8));
        check((ops, t) -> ops.activate(t[0], activation), values(dtype, 9, 2048));
      }
    }
  }

  void clamp() {
    for (DType dtype : BOTH) {
      for (int count : new int[] {72, 13}) {
        Tensor x = values(dtype, count);
        Conversions.fromFloat(x.segment(), dtype, 3, Float.NaN);
        check(
            (ops, t) -> {
              ops.clampInPlace(t[0], -0.5f, 0.75f);
              return t[0];
            },
            x);
      }
    }
  }

  void copy() {
    for (DType dtype : BOTH) {
      Tensor x = values(dtype, 2, 3, 4, 5, 6);
      check((ops, t) -> ops.copy(t[0].permute(4, 1, 0, 3, 2).narrow(3, 1, 3)), x);
      DType other = dtype == DType.F32 ? DType.BF16 : DType.F32;
      check((ops, t) -> ops.cast(t[0], other), x);
      check((ops, t) -> ops.cast(t[0], other), values(dtype, 21));
      check((ops, t) -> ops.copy(t[0].permute(1, 0)), values(dtype, 3, 5));
    }
  }

  void fill() {
    for (DType dtype : BOTH) {
      check(
          (ops, t) -> {
            ops.fill(t[0].narrow(1, 1, 3), -2.5f);
            return t[0];
          },
          values(dtype, 6, 5));
      check(
          (ops, t) -> {
            ops.fill(t[0], 7f);
            return t[0];
          },
          values(dtype, 6, 40));
      check(
          (ops, t) -> {
            ops.fill(t[0], 7f);
            return t[0];
          },
          values(dtype, 3, 7));
    }
  }

  void embedding() {
    int[] ids = {6, 0, 3, 3};
    for (DType stored : BOTH) {
      for (DType dtype : BOTH) {
        for (int features : new int[] {257, 2056}) {
          check((ops, t) -> ops.embedding(t[0], ids, dtype), values(stored, 7, features));
        }
      }
    }
  }

  void upsample() {
    for (DType dtype : BOTH) {
      for (int channels : new int[] {3, 16}) {
        Tensor x = values(dtype, 2, 3, 5, channels);
        check((ops, t) -> ops.upsampleNearest(t[0], 2, 6, 10, false), x);
        check((ops, t) -> ops.upsampleNearest(t[0], 3, 7, 4, true), x);
        check((ops, t) -> ops.upsampleNearest(t[0], 1, 2, 3, false), x);
      }
    }
  }
}
