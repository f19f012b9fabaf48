package io.zoetrope.kernels.cuda;

import io.zoetrope.kernels.cuda.memory.DeviceStorage;
import io.zoetrope.ops.Buffers;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;

/**
 * Operands for operations of a device, and what their results are measured by: the largest error
 * over the largest value. In F32 it is rounding; in BF16 it may be twice that of {@link
 * ReferenceBackend} on the same operands.
 */
abstract class ReferenceComparison {
  static final DType[] BOTH = {DType.F32, DType.BF16};

  private static final double F32_ERROR = 5e-6;

  private final Random random = new Random(20260611);
  private final Ops tested;

  ReferenceComparison(Ops tested) {
    this.tested = tested;
  }

  /** An operation on tensors of whichever backend. */
  interface Operation {
    Tensor run(Ops ops, Tensor[] operands);
  }

  /** Host tensor of normally distributed numbers. */
  final Tensor values(DType dtype, long... sizes) {
    Tensor tensor = Tensor.zeros(dtype, sizes);
    for (long i = 0; i < tensor.count(); i++) {
      Conversions.fromFloat(tensor.segment(), dtype, i, (float) random.nextGaussian());
    }
    return tensor;
  }

  /** Runs an operation on device and reference; fails with an {@link AssertionError}. */
  final void check(Operation operation, Tensor... operands) {
    Tensor got = onDevice(operation, operands);
    Tensor rounded = onHost(operation, operands);
    Tensor[] wide =
        Arrays.stream(operands)
            .map(t -> t == null ? null : Tensor.of(t.toFloats(), t.shape().sizes()))
            .toArray(Tensor[]::new);
    float[] want = onHost(operation, wide).toFloats();
    double usual = error(rounded.toFloats(), want);
    double error = error(got.toFloats(), want);
    if (!got.shape().equals(rounded.shape()) || !(error <= 2 * usual + F32_ERROR)) {
      throw new AssertionError(
          "%s: error %.3g, the reference's %.3g"
              .formatted(Arrays.toString(operands), error, usual));
    }
  }

  /** As {@link #check}, but results are the same to the bit, and may be bytes. */
  final void checkEqual(Operation operation, Tensor... operands) {
    Tensor got = onDevice(operation, operands);
    Tensor want = onHost(operation, operands);
    if (!got.shape().equals(want.shape()) || got.segment().mismatch(want.segment()) != -1) {
      throw new AssertionError(Arrays.toString(operands) + ": results differ");
    }
  }

  private Tensor onDevice(Operation operation, Tensor... operands) {
    // Each operand in an allocation of its own, so that a step beyond its end is noticed.
    try (Buffers buffers = tested.buffers("operands")) {
      Tensor[] there = new Tensor[operands.length];
      for (int i = 0; i < there.length; i++) {
        if (operands[i] != null) {
          there[i] = buffers.allocate(operands[i].dtype(), operands[i].shape());
          tested.backend().upload(there[i], operands[i]);
        }
      }
      Tensor result = operation.run(tested, there);
      if (Arrays.stream(there).noneMatch(operand -> operand == result)) {
        requireUntouchedBehind(result);
      }
      return tested.download(result);
    }
  }

  /**
   * Results that are no operands lie in slabs, where the emulator does not see a step beyond their
   * end. But nothing else has been there: what follows must still be the emulator's garbage.
   */
  private void requireUntouchedBehind(Tensor result) {
    byte[] behind = new byte[256];
    ((CudaBackend) tested.backend())
        .runtime()
        .copyToHost(
            MemorySegment.ofArray(behind), DeviceStorage.addressOf(result) + result.byteSize());
    for (int i = 0; i < behind.length; i++) {
      if (behind[i] != (byte) 0xFF) {
        throw new AssertionError("byte %d behind %s was written".formatted(i, result));
      }
    }
  }

  private static Tensor onHost(Operation operation, Tensor... operands) {
    try (Ops reference = new Ops(new ReferenceBackend())) {
      Tensor result =
          operation.run(
              reference,
              Arrays.stream(operands)
                  .map(t -> t == null ? null : reference.upload(t))
                  .toArray(Tensor[]::new));
      return reference.download(result);
    }
  }

  /** Largest difference over the largest value; NaN in one place only is infinitely wrong. */
  private static double error(float[] got, float[] want) {
    double largest = Float.MIN_NORMAL;
    double difference = 0;
    for (int i = 0; i < want.length; i++) {
      if (Float.isNaN(want[i]) && Float.isNaN(got[i])) {
        continue;
      }
      double apart = Math.abs((double) got[i] - want[i]);
      difference = Math.max(difference, Double.isNaN(apart) ? Double.POSITIVE_INFINITY : apart);
      largest = Math.max(largest, Math.abs(want[i]));
    }
    return difference / largest;
  }
}
