package io.zoetrope.pipeline.run;

import io.zoetrope.ops.Ops;
import java.util.function.IntConsumer;

/**
 * One stage of a job at work.
 *
 * @param ops with scratch memory of the stage alone
 * @param model the component that the stage works with
 * @param progress is given the number of steps done
 */
record StageRun<M>(Ops ops, M model, IntConsumer progress) {
  /** Says that so many steps are done. */
  void step(int done) {
    progress.accept(done);
  }
}
