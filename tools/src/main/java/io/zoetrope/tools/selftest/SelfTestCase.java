package io.zoetrope.tools.selftest;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One operation on operands of one size.
 *
 * @param operation what it is, with head dim or activation where there are several
 * @param dtype of activations and weights
 * @param readsOperands whether every operand is read; of a table only rows are
 */
record SelfTestCase(
    String operation,
    DType dtype,
    List<Operand> operands,
    boolean readsOperands,
    Computation computation) {
  /**
   * An operand; its values are random and the same every time.
   *
   * @param keepsF32 whether it stays F32 in a BF16 case, as modulations and angles do
   */
  record Operand(Shape shape, boolean keepsF32) {
    /** Evenly spread values between -1 and 1. */
    Tensor host() {
      SplittableRandom random = new SplittableRandom(shape.rank());
      float[] values = new float[Math.toIntExact(shape.count())];
      for (int i = 0; i < values.length; i++) {
        values[i] = 2 * (random.nextInt() >>> 8) * 0x1p-24f - 1;
      }
      return Tensor.of(values, shape.sizes());
    }
  }

  /** The operation itself; may change its operands. */
  @FunctionalInterface
  interface Computation {
    Tensor compute(Ops ops, List<Tensor> operands);
  }

  /** The operands on a device. */
  List<Tensor> upload(Ops ops) {
    return operands.stream()
        .map(operand -> ops.cast(ops.upload(operand.host()), operand.keepsF32 ? DType.F32 : dtype))
        .toList();
  }

  Tensor compute(Ops ops, List<Tensor> uploaded) {
    return computation.compute(ops, uploaded);
  }
}
