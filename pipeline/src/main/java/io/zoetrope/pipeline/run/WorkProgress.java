package io.zoetrope.pipeline.run;

import io.zoetrope.ops.ForwardingTracer;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Progress.Stage;

/**
 * Tells how much of the step under way is done: the share of the work that a dry run found. Stands
 * before another tracer, which sees everything as without this one.
 */
final class WorkProgress extends ForwardingTracer {
  private static final long INTERVAL_NANOS = 250_000_000;

  private final boolean traced;
  private final Progress progress;
  private final Stage stage;
  private final double flopsPerStep;
  private int done;
  private double flops;
  private long told = System.nanoTime();

  /**
   * A tracer of one stage.
   *
   * @param flops of the whole stage, as {@link Tracer.Operation} counts it
   * @param steps of the stage
   */
  WorkProgress(Tracer behind, Progress progress, Stage stage, double flops, int steps) {
    super(behind);
    this.traced = behind.wantsOperations();
    this.progress = progress;
    this.stage = stage;
    this.flopsPerStep = flops / Math.max(1, steps);
  }

  /** Says that so many steps are done; what was done of the next one counts from here. */
  void step(int steps) {
    done = steps;
    flops = 0;
    told = System.nanoTime();
    progress.step(stage, steps);
  }

  @Override
  public boolean wantsOperations() {
    return true;
  }

  @Override
  public void operationBegins() {
    if (traced) {
      super.operationBegins();
    }
  }

  @Override
  public void operation(Operation operation) {
    flops += operation.flops();
    long now = operation.startNanos() + operation.nanos();
    if (now - told >= INTERVAL_NANOS && flops < flopsPerStep) {
      told = now;
      progress.within(stage, done, flops / flopsPerStep);
    }
    if (traced) {
      super.operation(operation);
    }
  }

  @Override
  public void scope(String path, long startNanos, long nanos) {
    if (traced) {
      super.scope(path, startNanos, nanos);
    }
  }
}
