package io.zoetrope.hub;

import java.time.Duration;
import java.util.concurrent.CancellationException;

/** How a request waits before it is made again. */
@FunctionalInterface
interface Pauses {
  /** Waits as long as it is told. */
  Pauses REAL =
      time -> {
        try {
          Thread.sleep(time);
        } catch (InterruptedException _) {
          throw new CancellationException("interrupted");
        }
      };

  /**
   * Waits.
   *
   * @throws CancellationException if the thread is interrupted
   */
  void pause(Duration time);
}
