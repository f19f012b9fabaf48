package io.zoetrope.bench;

import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.tensor.DType;
import java.util.HashMap;
import java.util.Map;

/**
 * How long operations take, from a run in which each was timed: what multiplies matrices by its
 * FLOPs, all else by its bytes, each kind at the mean rate that it had.
 */
final class OperationTimes implements Tracer {
  private record Kind(String operation, DType dtype) {
    static Kind of(Tracer.Operation operation) {
      return new Kind(operation.operation(), operation.output().dtype());
    }
  }

  private static final class Sum {
    private double work;
    private double seconds;
  }

  private final Map<Kind, Sum> sums = new HashMap<>();
  private final String counted;
  private double seconds;

  /** The scope that counts is over, and so is the run. */
  private static final class Over extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Runs a job up to the end of a scope.
   *
   * @param counted path of the scope whose operations count
   */
  static OperationTimes of(Job job, String counted) {
    OperationTimes times = new OperationTimes(counted);
    try {
      job.run(Progress.NONE, times);
    } catch (Over _) {
      return times;
    }
    throw new IllegalStateException("the job has no " + counted);
  }

  private OperationTimes(String counted) {
    this.counted = counted;
  }

  @Override
  public boolean wantsOperations() {
    return true;
  }

  @Override
  public boolean timesOperations() {
    return true;
  }

  @Override
  public void operation(Tracer.Operation operation) {
    if (operation.path().startsWith(counted)) {
      Sum sum = sums.computeIfAbsent(Kind.of(operation), _ -> new Sum());
      sum.work += work(operation);
      sum.seconds += operation.nanos() / 1e9;
    }
  }

  @Override
  public void scope(String path, long startNanos, long nanos) {
    if (path.equals(counted)) {
      seconds = nanos / 1e9;
      throw new Over();
    }
  }

  /** Seconds that the scope was open. */
  double seconds() {
    return seconds;
  }

  private static boolean isProduct(Tracer.Operation operation) {
    String name = operation.operation();
    return name.equals("attention")
        || name.startsWith("conv")
        || name.startsWith("linear") && !name.equals("linearCombinationInto");
  }

  private static double work(Tracer.Operation operation) {
    return isProduct(operation) ? operation.flops() : operation.bytes();
  }

  /** Seconds that an operation takes; 0 for kinds that were not timed. */
  double seconds(Tracer.Operation operation) {
    Sum sum = sums.get(Kind.of(operation));
    return sum == null || sum.work == 0 ? 0 : work(operation) * sum.seconds / sum.work;
  }
}
