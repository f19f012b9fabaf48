package io.zoetrope.pipeline.run;

import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Progress.Stage;
import io.zoetrope.tensor.Tensor;

/**
 * Tells how much of the step under way is done: the share of the work that a dry run found. Stands
 * before another tracer, which sees everything as without this one.
 */
final class WorkProgress implements Tracer {
  private static final long INTERVAL_NANOS = 250_000_000;

  private final Tracer behind;
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
    this.behind = behind;
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
  public boolean isWatching() {
    return behind.isWatching();
  }

  @Override
  public boolean wantsOperations() {
    return true;
  }

  @Override
  public boolean timesOperations() {
    return behind.timesOperations();
  }

  @Override
  public boolean timesScope(String path) {
    return behind.timesScope(path);
  }

  @Override
  public void operationBegins() {
    if (traced) {
      behind.operationBegins();
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
      behind.operation(operation);
    }
  }

  @Override
  public void scope(String path, long startNanos, long nanos) {
    if (traced) {
      behind.scope(path, startNanos, nanos);
    }
  }

  @Override
  public boolean wants(String path) {
    return behind.wants(path);
  }

  @Override
  public void tensor(String path, Tensor tensor) {
    behind.tensor(path, tensor);
  }

  @Override
  public boolean replaces(String path) {
    return behind.replaces(path);
  }

  @Override
  public Tensor replacement(String path, Tensor tensor) {
    return behind.replacement(path, tensor);
  }

  @Override
  public boolean wantsAttention(String path) {
    return behind.wantsAttention(path);
  }

  @Override
  public void attention(String path, Attending attending) {
    behind.attention(path, attending);
  }
}
