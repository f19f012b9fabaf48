package io.zoetrope.pipeline.run;

import io.zoetrope.files.MemoryException;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.Progress.Stage;
import java.util.function.Function;
import java.util.function.IntConsumer;

/**
 * One stage of a job at work.
 *
 * @param stage which one
 * @param ops with scratch memory of the stage alone
 * @param progress is given the number of steps done
 * @param reuse is given the number of predictions that a step cache has made
 */
record StageRun(Stage stage, Ops ops, IntConsumer progress, IntConsumer reuse) {
  /** Says that so many steps are done. */
  void step(int done) {
    progress.accept(done);
  }

  /** Says that so many predictions were made by a step cache. */
  void reused(int predictions) {
    reuse.accept(predictions);
  }

  /** In a scope of its own, so that a tracer knows how long it took. */
  private <M> M opened(Part<M> part) {
    try (var _ = ops.scope("open_weights")) {
      return part.on(ops.backend());
    }
  }

  /** Works with a component; its weights are released behind the work, unless they are kept. */
  <M, T> T with(Part<M> part, Function<M, T> work) {
    try {
      return MemoryException.naming(
          () -> "%s, %s".formatted(stage.title(), part.weights().description()),
          Stages.LESS,
          () -> {
            M model = opened(part);
            ops.countHeld(part.weights().readingBytes());
            return work.apply(model);
          });
    } finally {
      part.release(ops.backend());
      if (!part.isKept()) {
        ops.forgetWeights();
      }
    }
  }
}
