package io.zoetrope.tools.selftest;

import io.zoetrope.kernels.cuda.runtime.CudaException;
import io.zoetrope.kernels.cuda.runtime.CudaRuntime;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.ops.Tracer;
import io.zoetrope.ops.cases.Catalogue;
import io.zoetrope.ops.cases.OperationCase;
import io.zoetrope.ops.cases.Trial;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.tools.selftest.SelfTestResult.Speed;
import io.zoetrope.tools.selftest.SelfTestResult.Unit;
import java.util.List;
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
  private final List<Trial> trials;

  /** A test of a backend on its runtime. */
  public SelfTest(Backend backend, CudaRuntime runtime) {
    this(backend, runtime, Catalogue.trials().toList());
  }

  /** A test of some operations. */
  SelfTest(Backend backend, CudaRuntime runtime, List<Trial> trials) {
    this.backend = backend;
    this.runtime = runtime;
    this.trials = trials;
  }

  /** Runs everything and hands over each result when it is there. */
  public void run(Consumer<SelfTestResult> seen) {
    for (Trial trial : trials) {
      OperationCase test = trial.typical();
      boolean isBf16 = test.dtype() == DType.BF16;
      seen.accept(
          new SelfTestResult(
              trial.title(),
              test.dtype(),
              error(test),
              isBf16 ? ALLOWED_BF16 : ALLOWED_F32,
              isBf16 ? trial.large().flatMap(this::speed) : Optional.empty()));
    }
  }

  private double error(OperationCase test) {
    float[] actual = compute(test, backend);
    float[] expected;
    try (Backend reference = new ReferenceBackend()) {
      expected = compute(test, reference);
    }
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      if (Float.isNaN(expected[i]) && Float.isNaN(actual[i])) {
        continue;
      }
      largest = Math.max(largest, Math.abs(expected[i]));
      double here = Math.abs((double) actual[i] - expected[i]);
      difference = Double.isNaN(here) ? Double.POSITIVE_INFINITY : Math.max(difference, here);
    }
    return largest == 0 ? difference : difference / largest;
  }

  private static float[] compute(OperationCase test, Backend backend) {
    try (Ops ops = new Ops(backend)) {
      return ops.download(test.run(ops, test.on(ops, test.host()))).toFloats();
    }
  }

  /** Empty where the device has no clock, or too little memory for it. */
  private Optional<Speed> speed(OperationCase test) {
    if (!runtime.hasClock()) {
      return Optional.empty();
    }
    Counter counter = new Counter();
    try (Ops ops = new Ops(backend, counter)) {
      List<Tensor> operands = test.on(ops, test.host());
      // The first run compiles the kernel and makes other forms of weights.
      counter.bytes = 0;
      try (var _ = ops.scope()) {
        test.run(ops, operands);
      }
      double bytes = counter.bytes;
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

  /** Adds up what operations read and write. */
  private static final class Counter implements Tracer {
    private long bytes;

    @Override
    public boolean wantsOperations() {
      return true;
    }

    @Override
    public void operation(Operation operation) {
      bytes += operation.bytes();
    }
  }

  private static Speed of(double seconds, double work, Unit unit, double most) {
    return new Speed(seconds, work / seconds, unit, most == 0 ? 0 : work / seconds / most);
  }

  private double seconds(Ops ops, OperationCase test, List<Tensor> operands, int repetitions) {
    return runtime.seconds(() -> {
      for (int i = 0; i < repetitions; i++) {
        try (var _ = ops.scope()) {
          test.run(ops, operands);
        }
      }
    });
  }
}
