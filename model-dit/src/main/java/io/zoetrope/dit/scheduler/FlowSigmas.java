package io.zoetrope.dit.scheduler;

import java.util.OptionalDouble;

/**
 * Sigma schedules of flow matching, in float64. The order of operations is NumPy's in diffusers:
 * multistep timesteps are truncated to integers, where the last bit of a sigma can decide.
 */
final class FlowSigmas {
  private FlowSigmas() {}

  /** {@code count} equally spaced values, of which the first is {@code start}, as NumPy's. */
  static double[] linspace(double start, double stop, int count) {
    double[] values = new double[count];
    double step = count > 1 ? (stop - start) / (count - 1) : 0;
    for (int i = 0; i < count; i++) {
      values[i] = i * step + start;
    }
    if (count > 1) {
      values[count - 1] = stop;
    }
    return values;
  }

  /** The static shift {@code s * sigma / (1 + (s - 1) * sigma)}. */
  static double shift(double sigma, double shift) {
    return shift * sigma / (1 + (shift - 1) * sigma);
  }

  /**
   * Shifts sigmas as configured, statically or by {@code mu}, and stretches them to {@code
   * shift_terminal}.
   *
   * @param mu required with dynamic shifting, otherwise without effect
   * @throws IllegalArgumentException if {@code mu} is required and missing or not finite
   */
  static double[] shift(double[] sigmas, SchedulerConfig config, OptionalDouble mu) {
    double[] shifted = sigmas.clone();
    if (config.useDynamicShifting()) {
      if (mu.isEmpty() || !Double.isFinite(mu.getAsDouble())) {
        throw new IllegalArgumentException(
            "%s: use_dynamic_shifting needs a finite mu, got %s"
                .formatted(config.kind().className(), mu));
      }
      double factor =
          switch (config.timeShiftType()) {
            case EXPONENTIAL -> Math.exp(mu.getAsDouble());
            case LINEAR -> mu.getAsDouble();
          };
      for (int i = 0; i < shifted.length; i++) {
        shifted[i] = factor / (factor + (1 / shifted[i] - 1));
      }
    } else {
      for (int i = 0; i < shifted.length; i++) {
        shifted[i] = shift(shifted[i], config.flowShift());
      }
    }
    if (config.shiftTerminal().isPresent()) {
      double scale = (1 - shifted[shifted.length - 1]) / (1 - config.shiftTerminal().getAsDouble());
      for (int i = 0; i < shifted.length; i++) {
        shifted[i] = 1 - (1 - shifted[i]) / scale;
      }
    }
    return shifted;
  }
}
