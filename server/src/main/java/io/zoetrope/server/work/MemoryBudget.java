package io.zoetrope.server.work;

import java.util.concurrent.CancellationException;
import java.util.function.LongSupplier;

/** The memory that jobs of all workers have together: one that does not fit beside others waits. */
final class MemoryBudget {
  private final LongSupplier available;
  private long taken;

  /**
   * A budget.
   *
   * @param available bytes that a job can have when no other one runs
   */
  MemoryBudget(LongSupplier available) {
    this.available = available;
  }

  /** Waits until there is room; a job that is alone has all that there is. */
  synchronized void take(long bytes, RunningJob job) {
    while (taken > 0 && taken + bytes > available.getAsLong()) {
      job.requireWanted();
      try {
        wait(200);
      } catch (InterruptedException _) {
        throw new CancellationException();
      }
    }
    taken += bytes;
  }

  synchronized void giveBack(long bytes) {
    taken -= bytes;
    notifyAll();
  }
}
