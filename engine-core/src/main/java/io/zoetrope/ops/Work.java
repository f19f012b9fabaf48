package io.zoetrope.ops;

import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/** Counts the work of operations and tells a {@link Tracer} about each, if it wants to know. */
final class Work {
  private final Tracer tracer;
  private final boolean traced;
  private final Ops ops;
  private long flops;
  private long startNanos;

  Work(Tracer tracer, Ops ops) {
    this.tracer = tracer;
    this.traced = tracer.wantsOperations();
    this.ops = ops;
  }

  Tracer tracer() {
    return tracer;
  }

  /** Multiplications and additions of all matrix work so far. */
  long flops() {
    return flops;
  }

  /** The time, if a tracer wants it. */
  long nanos() {
    return traced ? System.nanoTime() : 0;
  }

  /**
   * A scope was closed. Those that are there for the sake of memory alone are nobody's business.
   */
  void closed(Scope scope) {
    if (traced && !scope.path().equals(scope.parent().path())) {
      tracer.scope(scope.path(), scope.startNanos(), System.nanoTime() - scope.startNanos());
    }
  }

  /** An operation is about to compute. */
  void begin() {
    if (Thread.interrupted()) {
      throw new CancellationException("interrupted in " + ops.memory().place());
    }
    startNanos = nanos();
  }

  /** An operation of matrix work, or one that only moves elements, is done. */
  void end(String operation, long matrixFlops, Tensor out, Tensor... inputs) {
    end(operation, matrixFlops, 0, out, inputs);
  }

  /** An operation with arithmetic for each element, too, is done. */
  void end(String operation, long matrixFlops, long elementFlops, Tensor out, Tensor... inputs) {
    end(operation, matrixFlops, elementFlops, Tracer.Operand.of(out), inputs);
  }

  /**
   * An operation is done.
   *
   * @param elementFlops arithmetic beside the matrix work, as {@link Tracer.Operation} counts it
   * @param inputs null for those left out
   */
  void end(
      String operation,
      long matrixFlops,
      long elementFlops,
      Tracer.Operand output,
      Tensor... inputs) {
    flops += matrixFlops;
    if (traced) {
      long nanos = System.nanoTime() - startNanos;
      List<Tracer.Operand> operands = new ArrayList<>(inputs.length);
      for (Tensor input : inputs) {
        if (input != null) {
          operands.add(Tracer.Operand.of(input));
        }
      }
      String path = ops.memory().scope().path();
      long work = matrixFlops + elementFlops;
      tracer.operation(
          new Tracer.Operation(path, operation, output, operands, work, startNanos, nanos));
    }
  }
}
