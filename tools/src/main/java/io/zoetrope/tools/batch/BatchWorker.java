package io.zoetrope.tools.batch;

import java.io.Serializable;

/** Runs jobs of a batch, in whichever process it is. */
public interface BatchWorker extends Serializable {
  /**
   * Runs one job. Whatever is wrong with it is an outcome.
   *
   * @throws java.util.concurrent.CancellationException if the thread is interrupted
   */
  BatchOutcome run(BatchJob job);
}
