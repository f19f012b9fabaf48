package io.zoetrope.tools.batch;

import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Consumer;

/** Whoever spreads jobs over machines. The module {@code cluster} has one. */
public interface BatchEngine {
  /** The one on the class path; the launcher puts it there for the commands that need it. */
  static BatchEngine find() {
    return ServiceLoader.load(BatchEngine.class)
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException("the module cluster is not on the class path"));
  }

  /**
   * Runs all jobs, each wholly by one worker and, if that is lost, by another one.
   *
   * @param master where workers are, as Spark names it
   * @param jobs in the order in which they are begun
   * @param worker runs one of them, in any process
   * @param finished is called with each outcome as it comes, by one thread at a time
   * @throws InterruptedException if the caller is interrupted; jobs that run are stopped
   * @throws BatchException if there is no such master, or it is lost
   */
  void run(String master, List<BatchJob> jobs, BatchWorker worker, Consumer<BatchOutcome> finished)
      throws InterruptedException;
}
