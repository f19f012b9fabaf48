package io.zoetrope.ops;

import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.concurrent.CancellationException;

/** Counts the work of operations and tells a {@link Tracer} about each, if it wants to know. */
final class Work {
  private final Tracer tracer;
  private final boolean traced;
  private final boolean shown;
  private final Stopwatch stopwatch;
  private final Ops ops;
  private long flops;
  private long startNanos;

  Work(Tracer tracer, Ops ops) {
    this.tracer = tracer;
    this.traced = tracer.wantsOperations();
    this.shown = tracer != Tracer.NONE;
    this.stopwatch =
        tracer.timesOperations() ? ops.backend().stopwatch() : Stopwatch.ofThisMachine();
    this.ops = ops;
  }

  Tracer tracer() {
    return tracer;
  }

  /** Whether there is a tracer; short operations feel the making of a path that nobody wants. */
  boolean isWatched() {
    return shown;
  }

  /** Whether the tracer wants the result of a scope. */
  boolean shows(String path) {
    return shown && tracer.wants(path);
  }

  /** Multiplications and additions of all matrix work so far. */
  long flops() {
    return flops;
  }

  /** Whether the tracer puts something in the place of the result of a scope. */
  boolean replaces(String path) {
    return shown && tracer.replaces(path);
  }

  /** A scope was opened; returns the time, if a tracer wants it. */
  long opened(String path) {
    if (!traced) {
      return 0;
    }
    if (tracer.timesScope(path)) {
      ops.backend().await();
    }
    return System.nanoTime();
  }

  /**
   * A scope was closed. The tracer does not hear of those that are there for the sake of memory
   * alone.
   */
  void closed(Scope scope) {
    if (traced && !scope.path().equals(scope.parent().path())) {
      if (tracer.timesScope(scope.path())) {
        ops.backend().await();
      }
      tracer.scope(scope.path(), scope.startNanos(), System.nanoTime() - scope.startNanos());
    }
  }

  /** An operation is about to compute. */
  void begin() {
    if (Thread.interrupted()) {
      throw new CancellationException("interrupted in " + ops.memory().place());
    }
    if (traced) {
      tracer.operationBegins();
      startNanos = System.nanoTime();
      stopwatch.start();
    }
  }

  /** An operation is done. */
  void end(Operation operation) {
    flops += operation.matrixFlops();
    if (traced) {
      long work = operation.matrixFlops() + operation.elementFlops();
      tell(operation.name(), work, operation.output(), operation.inputs());
    }
  }

  /** A tensor has gone from one memory or place to another. */
  void endTransfer(String name, Tensor out, Tensor x) {
    if (traced) {
      tell(name, 0, Tracer.Operand.of(out), List.of(x));
    }
  }

  private void tell(String name, long work, Tracer.Operand output, List<Tensor> inputs) {
    long nanos = stopwatch.stop();
    List<Tracer.Operand> operands = inputs.stream().map(Tracer.Operand::of).toList();
    String path = ops.memory().scope().path();
    tracer.operation(new Tracer.Operation(path, name, output, operands, work, startNanos, nanos));
  }
}
