package io.zoetrope.dit.scheduler.flow;

import io.zoetrope.config.ConfigException;
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

  /**
   * Shifts sigmas as configured, statically or by {@code mu}, and stretches them to {@code
   * shift_terminal}.
   *
   * @param name the scheduler, for errors
   * @param mu required with dynamic shifting, otherwise without effect
   * @throws ConfigException if {@code mu} is required and missing or not finite, or if a schedule
   *     that does not fall is to be stretched
   */
  static double[] shift(String name, double[] sigmas, FlowSettings settings, OptionalDouble mu) {
    double[] shifted = sigmas.clone();
    if (settings.useDynamicShifting()) {
      shiftDynamically(name, shifted, settings.timeShiftType(), mu);
    } else {
      double shift = settings.shift();
      for (int i = 0; i < shifted.length; i++) {
        shifted[i] = shift * shifted[i] / (1 + (shift - 1) * shifted[i]);
      }
    }
    if (settings.shiftTerminal().isPresent()) {
      stretch(name, shifted, settings.shiftTerminal().getAsDouble());
    }
    return shifted;
  }

  private static void shiftDynamically(
      String name, double[] sigmas, FlowSettings.TimeShiftType type, OptionalDouble mu) {
    if (mu.isEmpty() || !Double.isFinite(mu.getAsDouble())) {
      throw new ConfigException(
          "%s: use_dynamic_shifting is true, which takes a shift that depends on the job, and %s: set it to false in scheduler_config.json"
              .formatted(
                  name, mu.isEmpty() ? "here there is none" : mu.getAsDouble() + " is none"));
    }
    double factor =
        switch (type) {
          case EXPONENTIAL -> Math.exp(mu.getAsDouble());
          case LINEAR -> mu.getAsDouble();
        };
    for (int i = 0; i < sigmas.length; i++) {
      sigmas[i] = factor / (factor + (1 / sigmas[i] - 1));
    }
  }

  private static void stretch(String name, double[] sigmas, double terminal) {
    double last = sigmas[sigmas.length - 1];
    if (!(last < 1)) {
      throw new ConfigException(
          "%s: shift_terminal is %s, but a schedule that ends at sigma %s cannot be stretched to it: use at least 2 steps, or null in scheduler_config.json"
              .formatted(name, terminal, last));
    }
    double scale = (1 - last) / (1 - terminal);
    for (int i = 0; i < sigmas.length; i++) {
      sigmas[i] = 1 - (1 - sigmas[i]) / scale;
    }
  }
}
