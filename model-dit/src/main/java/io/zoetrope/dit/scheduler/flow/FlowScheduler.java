package io.zoetrope.dit.scheduler.flow;

import io.zoetrope.config.ConfigException;
import io.zoetrope.dit.scheduler.StepScheduler;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.OptionalDouble;

/**
 * What schedulers for flow matching have in common. Their sigmas fall from 1 to 0; what a class
 * cannot step between is refused when the schedule is made.
 */
abstract class FlowScheduler extends StepScheduler {
  private final FlowSettings settings;
  private float[] sigmas = {};

  FlowScheduler(String name, FlowSettings settings) {
    super(name);
    this.settings = settings;
  }

  final FlowSettings settings() {
    return settings;
  }

  @Override
  public final void setTimesteps(int steps, OptionalDouble mu) {
    requireSteps(steps);
    FlowSettings effective = effective(mu);
    double[] shifted = shifted(defaultSigmas(steps, effective), effective, mu);
    float[] rounded = rounded(shifted);
    int bad = firstUnusable(rounded, steps);
    if (bad >= 0) {
      throw unusable(rounded, steps, bad, effective);
    }
    begin(shifted, rounded);
  }

  @Override
  public void setTimesteps(double[] unshiftedSigmas, OptionalDouble mu) {
    if (unshiftedSigmas.length == 0) {
      throw new IllegalArgumentException(name() + ": no sigmas given; one for each step is needed");
    }
    double[] shifted = shifted(unshiftedSigmas, effective(mu), mu);
    float[] rounded = rounded(shifted);
    int bad = firstUnusable(rounded, shifted.length);
    if (bad >= 0) {
      throw new IllegalArgumentException(
          "%s: shifted sigma %d of %d is %s after %s: sigmas must %s"
              .formatted(
                  name(),
                  bad,
                  shifted.length,
                  rounded[bad],
                  bad == 0 ? "none" : rounded[bad - 1],
                  demand()));
    }
    begin(shifted, rounded);
  }

  private void begin(double[] shifted, float[] rounded) {
    float[] timesteps = new float[shifted.length];
    for (int i = 0; i < timesteps.length; i++) {
      timesteps[i] = timestep(shifted[i]);
    }
    sigmas = rounded;
    begin(timesteps);
  }

  /** The settings of a run, where {@code mu} may replace the static shift. */
  FlowSettings effective(OptionalDouble mu) {
    return settings;
  }

  /** The unshifted sigmas of a schedule of so many steps. */
  abstract double[] defaultSigmas(int steps, FlowSettings effective);

  /** The shifted sigmas, one for each step. */
  double[] shifted(double[] unshifted, FlowSettings effective, OptionalDouble mu) {
    return FlowSigmas.shift(name(), unshifted, effective, mu);
  }

  /** The timestep that the model is given at a sigma. */
  abstract float timestep(double sigma);

  /** The sigma behind the last step. */
  float finalSigma(float last) {
    return 0;
  }

  /** Whether a step can start at a sigma, behind another one unless it is the first. */
  abstract boolean usable(float sigma, float previous, boolean first);

  /** What {@link #usable} demands, for people. */
  abstract String demand();

  private float[] rounded(double[] shifted) {
    float[] rounded = new float[shifted.length + 1];
    for (int i = 0; i < shifted.length; i++) {
      rounded[i] = (float) shifted[i];
    }
    rounded[shifted.length] = finalSigma(rounded[shifted.length - 1]);
    return rounded;
  }

  private int firstUnusable(float[] rounded, int steps) {
    for (int i = 0; i < steps; i++) {
      if (!usable(rounded[i], i == 0 ? Float.NaN : rounded[i - 1], i == 0)) {
        return i;
      }
    }
    return -1;
  }

  private ConfigException unusable(float[] rounded, int steps, int bad, FlowSettings effective) {
    String found =
        bad == 0
            ? "lets %d steps start at noise level %s".formatted(steps, rounded[0])
            : "leaves step %d of %d at noise level %s after %s"
                .formatted(bad + 1, steps, rounded[bad], rounded[bad - 1]);
    return new ConfigException(
        effective.useDynamicShifting()
            ? "%s: the dynamic shift %s: noise levels must %s".formatted(name(), found, demand())
            : "%s: a flow shift of %s %s: use %s, or another number of steps"
                .formatted(name(), effective.shift(), found, nearestShift(steps, effective)));
  }

  /** The nearest power of two times the shift that gives a schedule, in two digits. */
  private String nearestShift(int steps, FlowSettings effective) {
    boolean tooLarge = effective.shift() > 1;
    double shift = Math.min(effective.shift(), Double.MAX_VALUE);
    boolean usable = false;
    while (!usable && (tooLarge ? shift > 1 : shift < 1)) {
      shift = tooLarge ? shift / 2 : shift * 2;
      FlowSettings other = effective.withStaticShift(shift);
      double[] sigmas = shifted(defaultSigmas(steps, other), other, OptionalDouble.empty());
      usable = firstUnusable(rounded(sigmas), steps) < 0;
    }
    if (!usable) {
      return "one near 1";
    }
    MathContext digits = new MathContext(2, tooLarge ? RoundingMode.FLOOR : RoundingMode.CEILING);
    String shown = new BigDecimal(shift).round(digits).toPlainString();
    return tooLarge ? "at most " + shown : "at least " + shown;
  }

  @Override
  public final float[] sigmas() {
    return sigmas.clone();
  }

  final double sigma(int index) {
    return sigmas[index];
  }

  @Override
  protected final double[] mixture(int index) {
    return new double[] {1 - sigma(index), sigma(index)};
  }

  @Override
  protected final double[] originalSample(int index) {
    return new double[] {1, -sigma(index)};
  }
}
