package io.zoetrope.tools.selftest;

import io.zoetrope.tensor.DType;
import java.util.Optional;

/**
 * What came of one operation.
 *
 * @param error largest difference from the CPU, relative to the largest value
 * @param allowed largest error that rounding explains
 * @param speed in a large size; empty where times mean nothing
 */
public record SelfTestResult(
    String operation, DType dtype, double error, double allowed, Optional<Speed> speed) {
  /**
   * How fast a device was.
   *
   * @param seconds of one run
   * @param perSecond operations or bytes
   * @param unit what {@code perSecond} counts
   * @param share of what the device can do at most; 0 where that is not known
   */
  public record Speed(double seconds, double perSecond, Unit unit, double share) {
    @Override
    public String toString() {
      return "%.1f %s".formatted(perSecond / unit.scale, unit.symbol);
    }
  }

  /** What is counted in a second. */
  public enum Unit {
    FLOPS("TFLOP/s", 1e12),
    BYTES("GB/s", 1e9);

    private final String symbol;
    private final double scale;

    Unit(String symbol, double scale) {
      this.symbol = symbol;
      this.scale = scale;
    }
  }

  /** Whether the result is right. */
  public boolean passed() {
    return error <= allowed;
  }
}
