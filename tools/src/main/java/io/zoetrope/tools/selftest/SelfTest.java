package io.zoetrope.tools.selftest;

import io.zoetrope.kernels.cuda.runtime.CudaException;
import io.zoetrope.kernels.cuda.runtime.CudaRuntime;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.tools.selftest.SelfTestResult.Speed;
import io.zoetrope.tools.selftest.SelfTestResult.Unit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Holds every operation of a CUDA device against {@link ReferenceBackend}, and takes the time of
 * large sizes with the device's own clock.
 */
public final class SelfTest {
  /** Twice the rounding of a BF16 of the largest value. */
  private static final double ALLOWED_BF16 = 1.0 / 128;

  /** For sums of some thousand products in another order. */
  private static final double ALLOWED_F32 = 2e-5;

  /** How long an operation is repeated. */
  private static final double TIMED_SECONDS = 0.2;

  private static final int MOST_REPETITIONS = 200;

  private final Backend backend;
  private final CudaRuntime runtime;
  private final List<SelfTestCase> compared;
  private final Map<String, SelfTestCase> timed = new HashMap<>();

  /** A test of a backend on its runtime. */
  public SelfTest(Backend backend, CudaRuntime runtime) {
    this(backend, runtime, SelfTestCases.toCompare(), SelfTestCases.toTime());
  }

  /** A test of other cases. */
  SelfTest(
      Backend backend, CudaRuntime runtime, List<SelfTestCase> compared, List<SelfTestCase> timed) {
    this.backend = backend;
    this.runtime = runtime;
    this.compared = compared;
    timed.forEach(test -> this.timed.put(test.operation(), test));
  }

  /** Runs everything and hands over each result when it is there. */
  public void run(Consumer<SelfTestResult> seen) {
    for (SelfTestCase test : compared) {
      boolean isBf16 = test.dtype() == DType.BF16;
      seen.accept(
          new SelfTestResult(
              test.operation(),
              test.dtype(),
              error(test),
              isBf16 ? ALLOWED_BF16 : ALLOWED_F32,
              isBf16 ? speed(timed.get(test.operation())) : Optional.empty()));
    }
  }

  private double error(SelfTestCase test) {
    float[] actual = compute(test, backend);
    float[] expected;
    try (Backend reference = new ReferenceBackend()) {
      expected = compute(test, reference);
    }
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      double here = Math.abs((double) actual[i] - expected[i]);
      difference = Double.isNaN(here) ? Double.POSITIVE_INFINITY : Math.max(difference, here);
    }
    return difference / largest;
  }

  private static float[] compute(SelfTestCase test, Backend backend) {
    try (Ops ops = new Ops(backend)) {
      return ops.download(test.compute(ops, test.upload(ops))).toFloats();
    }
  }

  /** Empty without such a case, where the device has no clock, or too little memory for it. */
  private Optional<Speed> speed(SelfTestCase test) {
    if (test == null || !runtime.hasClock()) {
      return Optional.empty();
    }
    try (Ops ops = new Ops(backend)) {
      List<Tensor> operands = test.upload(ops);
      // The first run compiles the kernel and makes other forms of weights.
      double bytes;
      try (var _ = ops.scope()) {
        Tensor result = test.compute(ops, operands);
        bytes = result.byteSize();
      }
      if (test.readsOperands()) {
        bytes += operands.stream().mapToLong(Tensor::byteSize).sum();
      }
      long flops = ops.flops();
      double once = seconds(ops, test, operands, 1);
      int repetitions = (int) Math.clamp(TIMED_SECONDS / once, 1, MOST_REPETITIONS);
      double seconds = seconds(ops, test, operands, repetitions) / repetitions;
      CudaRuntime.Limits limits = runtime.limits();
      return Optional.of(
          flops > 0
              ? of(seconds, flops, Unit.FLOPS, limits.tensorFlops())
              : of(seconds, bytes, Unit.BYTES, limits.memoryBytesPerSecond()));
    } catch (CudaException.OutOfMemory _) {
      return Optional.empty();
    }
  }

  private static Speed of(double seconds, double work, Unit unit, double most) {
    return new Speed(seconds, work / seconds, unit, most == 0 ? 0 : work / seconds / most);
  }

  private double seconds(Ops ops, SelfTestCase test, List<Tensor> operands, int repetitions) {
    return runtime.seconds(() -> {
      for (int i = 0; i < repetitions; i++) {
        try (var _ = ops.scope()) {
          test.compute(ops, operands);
        }
      }
    });
  }
}
