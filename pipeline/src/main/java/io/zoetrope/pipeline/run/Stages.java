package io.zoetrope.pipeline.run;

import io.zoetrope.files.MemoryException;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.JobForecast;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Progress.Stage;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntConsumer;

/**
 * Runs the stages of a job one after the other, each with scratch memory of its own, and reports
 * what they took.
 *
 * @param device what computes
 * @param progress hears how far they are
 * @param tracer sees their operations
 * @param forecast tells the work of each stage, so that progress is heard within steps, too
 */
record Stages(Backend device, Progress progress, Tracer tracer, Optional<JobForecast> forecast) {
  /** What takes less memory in any stage. */
  static final String LESS = "a smaller size, fewer frames or tiled decoding";

  /** The work of a stage with one component. */
  @FunctionalInterface
  interface Work<M, T> {
    T run(StageRun stage, M model);
  }

  /** The same stages, seen by another tracer. */
  Stages with(Tracer other) {
    return new Stages(device, progress, other, forecast);
  }

  /**
   * Runs a stage that works with one component; its weights are released when the stage is over.
   *
   * @param steps how many steps it will report
   */
  <M, T> T run(Stage stage, int steps, Part<M> part, Work<M, T> work) {
    return run(stage, steps, run -> run.with(part, model -> work.run(run, model)));
  }

  /**
   * Runs a stage; one that fails reports no end.
   *
   * @param steps how many steps it will report
   */
  <T> T run(Stage stage, int steps, Function<StageRun, T> work) {
    return MemoryException.naming(stage::title, LESS, () -> runNamed(stage, steps, work));
  }

  private <T> T runNamed(Stage stage, int steps, Function<StageRun, T> work) {
    long start = System.nanoTime();
    progress.begin(stage, steps);
    Optional<WorkProgress> within =
        forecast.map(
            known -> new WorkProgress(tracer, progress, stage, known.stage(stage).flops(), steps));
    IntConsumer step =
        within.<IntConsumer>map(share -> share::step).orElse(done -> progress.step(stage, done));
    try (Ops ops = new Ops(device, within.<Tracer>map(share -> share).orElse(tracer))) {
      T result = work.apply(new StageRun(stage, ops, step, count -> progress.reused(stage, count)));
      progress.end(
          stage,
          new Progress.Report(
              System.nanoTime() - start, ops.weightBytes(), ops.peakBytes(), ops.flops()));
      return result;
    }
  }
}
