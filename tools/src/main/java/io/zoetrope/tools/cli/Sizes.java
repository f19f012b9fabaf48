package io.zoetrope.tools.cli;

/** Numbers of bytes for people. */
final class Sizes {
  private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};

  private Sizes() {}

  /** Such as {@code 27.2 GiB}. */
  static String text(double bytes) {
    int unit = 0;
    double value = bytes;
    while (value >= 1000 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return (unit == 0 ? "%.0f %s" : "%.1f %s").formatted(value, UNITS[unit]);
  }
}
