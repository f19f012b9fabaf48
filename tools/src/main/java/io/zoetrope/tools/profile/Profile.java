package io.zoetrope.tools.profile;

import io.zoetrope.ops.Roofline;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.Progress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What happened in a job, and when. Times are those of {@link System#nanoTime}.
 *
 * @param job what was done, for the title
 * @param device what it was done on
 * @param conditions of what else decides about times: version, processor, Java, weights
 * @param roofline what the device can do at best, if that is known
 * @param startNanos when the job began
 * @param nanos wall time of the job
 * @param stages in order
 * @param scopes in the order of their ends
 * @param operations in order; they don't overlap
 * @param works what threads did within operations, in any order; empty unless it was watched
 * @param memory of the process on the way, in order; empty unless it was watched
 */
public record Profile(
    String job,
    String device,
    Map<String, Object> conditions,
    Optional<Roofline> roofline,
    long startNanos,
    long nanos,
    List<Stage> stages,
    List<Scope> scopes,
    List<Tracer.Operation> operations,
    List<Work> works,
    List<MemorySampler.Sample> memory) {

  /**
   * One stage of a job.
   *
   * @param stage which one
   * @param steps of the stage
   * @param reused predictions that a step cache has made in them
   * @param startNanos when it began
   * @param nanos wall time
   * @param kernelNanos the part of it in operations
   * @param memoryBytes weights that matrix work has read, and most scratch memory at a time
   */
  public record Stage(
      Progress.Stage stage,
      int steps,
      int reused,
      long startNanos,
      long nanos,
      long kernelNanos,
      long memoryBytes) {}

  /**
   * What a thread did within an operation.
   *
   * @param thread its name, or {@link #PACKING} for weights, which all threads pack together
   * @param name what it did
   */
  public record Work(String thread, String name, long startNanos, long nanos) {
    /** Stands for the threads that pack a weight. */
    static final String PACKING = "packing of weights";

    /** What was done outside of operations. */
    static final String UNKNOWN = "work";

    /** Has the name of the operation that asked for it, if it has none and lies in that one. */
    Work within(Tracer.Operation operation) {
      boolean isWithin = startNanos < operation.startNanos() + operation.nanos();
      return name.equals(UNKNOWN) && isWithin
          ? new Work(thread, operation.operation(), startNanos, nanos)
          : this;
    }
  }

  /** A named stretch of work, with the names around it. */
  public record Scope(String path, long startNanos, long nanos) {}

  /** Time in operations. */
  public long kernelNanos() {
    return operations.stream().mapToLong(Tracer.Operation::nanos).sum();
  }

  /** Wall time in no operation: weights opened, schedules, copies on the host, tracing itself. */
  public long gapNanos() {
    return nanos - kernelNanos();
  }

  /** Wall time in no stage. */
  public long outsideNanos() {
    return nanos - stages.stream().mapToLong(Stage::nanos).sum();
  }
}
