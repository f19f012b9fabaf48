package io.zoetrope.pipeline;

import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.Progress.Stage;

/** One stage of a job at work: its scratch memory, and what it reports. */
final class StageRun {
  /** The work of a stage. */
  @FunctionalInterface
  interface Work<T> {
    T run(StageRun stage);
  }

  private final Stage stage;
  private final Ops ops;
  private final Progress progress;

  private StageRun(Stage stage, Ops ops, Progress progress) {
    this.stage = stage;
    this.ops = ops;
    this.progress = progress;
  }

  /**
   * Runs a stage and reports how it went; a stage that fails reports no end.
   *
   * @param steps how many steps it will report
   * @param ops of this stage alone; closed when it is over
   */
  static <T> T of(Stage stage, int steps, Ops ops, Progress progress, Work<T> work) {
    long start = System.nanoTime();
    progress.begin(stage, steps);
    try (ops) {
      StageRun run = new StageRun(stage, ops, progress);
      T result = work.run(run);
      progress.end(
          stage,
          new Progress.Report(
              System.nanoTime() - start, ops.weightBytes(), ops.peakBytes(), ops.flops()));
      return result;
    }
  }

  Ops ops() {
    return ops;
  }

  /** Says that so many steps are done. */
  void step(int done) {
    progress.step(stage, done);
  }
}
