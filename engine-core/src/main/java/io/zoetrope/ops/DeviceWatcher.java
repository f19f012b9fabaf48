package io.zoetrope.ops;

/**
 * Hears what a backend does within the operations that it is asked for: of each worker thread on
 * that thread. Times are those of {@link System#nanoTime}.
 */
public interface DeviceWatcher {
  /** Hears nothing; what nobody hears is not measured. */
  DeviceWatcher NONE = new DeviceWatcher() {};

  /**
   * A thread did its part of something that all threads share.
   *
   * @param thread its name
   */
  default void worked(String thread, long startNanos, long nanos) {}

  /**
   * A weight was brought into a form in which products read it.
   *
   * @param weight its name in the checkpoint; empty for a tensor that is none
   */
  default void packed(String weight, long startNanos, long nanos) {}
}
