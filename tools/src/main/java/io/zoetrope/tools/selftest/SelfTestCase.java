package io.zoetrope.tools.selftest;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

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
   * An operand; its values are random, the same every time, and not those of another operand.
   *
   * @param keepsF32 whether it stays F32 in a BF16 case, as modulations and angles do
   * @param largest value
   */
  record Operand(Shape shape, boolean keepsF32, float largest) {
    /** Evenly spread values of both signs; others for another index of the operand. */
    Tensor host(int index) {
      SplittableRandom random = new SplittableRandom(index);
      float[] values = new float[Math.toIntExact(shape.count())];
      for (int i = 0; i < values.length; i++) {
        values[i] = largest * (2 * (random.nextInt() >>> 8) * 0x1p-24f - 1);
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
    return IntStream.range(0, operands.size())
        .mapToObj(i -> {
          Operand operand = operands.get(i);
          return ops.cast(ops.upload(operand.host(i)), operand.keepsF32 ? DType.F32 : dtype);
        })
        .toList();
  }

  Tensor compute(Ops ops, List<Tensor> uploaded) {
    return computation.compute(ops, uploaded);
  }
}
