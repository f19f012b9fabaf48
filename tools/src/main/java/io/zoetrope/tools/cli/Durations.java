package io.zoetrope.tools.cli;

/** Durations for people. */
final class Durations {
  private static final double SECONDS_WITH_FRACTION = 100;

  private Durations() {}

  /** Such as {@code 1.27s}, {@code 3m05s} or {@code 48h10m}. */
  static String text(double seconds) {
    if (seconds < SECONDS_WITH_FRACTION) {
      return "%.2fs".formatted(seconds);
    }
    long whole = Math.round(seconds);
    return whole < 3600
        ? "%dm%02ds".formatted(whole / 60, whole % 60)
        : "%dh%02dm".formatted(whole / 3600, whole / 60 % 60);
  }

  /** As a person would say it of something that is not known exactly, e.g. {@code 2 h 10 min}. */
  static String rounded(double seconds) {
    if (seconds < 90) {
      return "%d s".formatted(Math.round(Math.max(1, seconds)));
    }
    long minutes = Math.round(seconds / 60);
    if (minutes < 100) {
      return "%d min".formatted(minutes);
    }
    return minutes < 60 * 10
        ? "%d h %d min".formatted(minutes / 60, minutes % 60)
        : "%d h".formatted(Math.round(minutes / 60.0));
  }
}
