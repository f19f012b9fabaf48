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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Holds every operation of a device against {@link ReferenceBackend}, and takes the time of large
 * sizes with the clock of a card.
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
  private final Optional<CudaRuntime> card;
  private final Definition definition;
  private final List<Trial> trials;

  /**
   * A test of all operations.
   *
   * @param card what the backend is on; empty for one that is no card's
   * @param definition of all operations
   */
  public SelfTest(Backend backend, Optional<CudaRuntime> card, Definition definition) {
    this(backend, card, definition, Catalogue.trials().toList());
  }

  /** A test of some operations. */
  SelfTest(Backend backend, Optional<CudaRuntime> card, Definition definition, List<Trial> trials) {
    this.backend = backend;
    this.card = card;
    this.definition = definition;
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
    float[] expected = definition.of(test);
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

  /** Values as {@link ReferenceBackend} computes them, each once for however many devices. */
  public static final class Definition {
    private final Map<String, float[]> values = new HashMap<>();

    private float[] of(OperationCase test) {
      return values.computeIfAbsent(test.toString(), _ -> computed(test));
    }

    private static float[] computed(OperationCase test) {
      try (Backend reference = new ReferenceBackend()) {
        return compute(test, reference);
      }
    }
  }

  private static float[] compute(OperationCase test, Backend backend) {
    try (Ops ops = new Ops(backend)) {
      return ops.download(test.run(ops, test.on(ops, test.host()))).toFloats();
    }
  }

  /** Empty where the device has no clock, or too little memory for it. */
  private Optional<Speed> speed(OperationCase test) {
    return card.filter(CudaRuntime::hasClock).flatMap(runtime -> speed(test, runtime));
  }

  private Optional<Speed> speed(OperationCase test, CudaRuntime runtime) {
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
      double once = seconds(ops, test, operands, 1, runtime);
      int repetitions = (int) Math.clamp(TIMED_SECONDS / once, 1, MOST_REPETITIONS);
      double seconds = seconds(ops, test, operands, repetitions, runtime) / repetitions;
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

  private static double seconds(
      Ops ops, OperationCase test, List<Tensor> operands, int repetitions, CudaRuntime runtime) {
    return runtime.seconds(() -> {
      for (int i = 0; i < repetitions; i++) {
        try (var _ = ops.scope()) {
          test.run(ops, operands);
        }
      }
    });
  }
}
