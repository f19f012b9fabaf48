package io.zoetrope.ops;

/**
 * Measures how long a device takes for what it is asked to do between a start and a stop, which is
 * longer than asking where it works on its own. {@link Backend#stopwatch} makes one.
 */
public interface Stopwatch {
  /** Starts behind everything that the device has been asked for. */
  void start();

  /** Waits until the device is done, and returns the nanoseconds since the start. */
  long stop();

  /** One that reads the clock of this machine, for whatever has ended when a call returns. */
  static Stopwatch ofThisMachine() {
    return new Stopwatch() {
      private long startNanos;

      @Override
      public void start() {
        startNanos = System.nanoTime();
      }

      @Override
      public long stop() {
        return System.nanoTime() - startNanos;
      }
    };
  }
}
