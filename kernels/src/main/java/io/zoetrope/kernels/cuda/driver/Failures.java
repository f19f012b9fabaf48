package io.zoetrope.kernels.cuda.driver;

/** What to do when something cannot be opened completely. */
final class Failures {
  private Failures() {}

  /** Closes what was opened in part; the failure to be thrown stays the one that came first. */
  static RuntimeException closing(AutoCloseable opened, RuntimeException failure) {
    try {
      opened.close();
    } catch (Exception e) {
      failure.addSuppressed(e);
    }
    return failure;
  }
}
