package io.zoetrope.dit.scheduler.flow;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.scheduler.NoiseSource;
import io.zoetrope.dit.scheduler.SchedulerKind;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import java.util.Set;

/**
 * Euler's method for flow matching: {@code sample + (nextSigma - sigma) * modelOutput}.
 *
 * <p>Source: diffusers, {@code schedulers/scheduling_flow_match_euler_discrete.py}. Its own
 * schedule applies a static shift twice: to the ends of the training schedule, and to the values
 * spaced evenly between those. The ends are rounded to float32, so that the first sigma may be a
 * little above 1.
 */
public final class FlowMatchEulerDiscreteScheduler extends FlowScheduler {
  private static final String SHIFT = "shift";

  /** How it is named and configured. */
  public static final SchedulerKind KIND =
      new SchedulerKind(
          "FlowMatchEulerDiscreteScheduler",
          "euler",
          SHIFT,
          Set.of(
              "base_image_seq_len",
              "base_shift",
              "invert_sigmas",
              "max_image_seq_len",
              "max_shift",
              "num_train_timesteps",
              SHIFT,
              "shift_terminal",
              "stochastic_sampling",
              "time_shift_type",
              "use_beta_sigmas",
              "use_dynamic_shifting",
              "use_exponential_sigmas",
              "use_karras_sigmas"),
          FlowMatchEulerDiscreteScheduler::read);

  private FlowMatchEulerDiscreteScheduler(FlowSettings settings) {
    super(KIND.className(), settings);
  }

  private static FlowMatchEulerDiscreteScheduler read(JsonConfig fields) {
    FlowSettings.requireFlag(fields, "invert_sigmas", false, false);
    FlowSettings.requireFlag(fields, "stochastic_sampling", false, false);
    DynamicShift.read(fields);
    return new FlowMatchEulerDiscreteScheduler(FlowSettings.read(fields, SHIFT));
  }

  @Override
  double[] defaultSigmas(int steps, FlowSettings effective) {
    int scale = effective.numTrainTimesteps();
    double first = trainingSigma(1, effective) * (double) scale;
    double last = trainingSigma(1f / scale, effective) * (double) scale;
    double[] sigmas = FlowSigmas.linspace(first, last, steps);
    for (int i = 0; i < steps; i++) {
      sigmas[i] /= scale;
    }
    return sigmas;
  }

  /** The shifted sigma of the training schedule, which diffusers computes in float32. */
  private static float trainingSigma(float sigma, FlowSettings effective) {
    if (effective.useDynamicShifting()) {
      return sigma;
    }
    double shift = effective.shift();
    return (float) shift * sigma / (1 + (float) (shift - 1) * sigma);
  }

  @Override
  float timestep(double sigma) {
    return (float) sigma * settings().numTrainTimesteps();
  }

  /** A step between equal sigmas changes nothing, and one from above 1 is a step like others. */
  @Override
  boolean usable(float sigma, float previous, boolean first) {
    return sigma >= 0 && sigma <= (first ? Float.MAX_VALUE : previous);
  }

  @Override
  String demand() {
    return "not rise, and not be negative";
  }

  @Override
  protected void advance(Ops ops, int index, Tensor modelOutput, Tensor sample, NoiseSource noise) {
    double[] weights = {1, sigma(index + 1) - sigma(index)};
    ops.linearCombinationInto(sample, weights, sample, modelOutput);
  }
}
