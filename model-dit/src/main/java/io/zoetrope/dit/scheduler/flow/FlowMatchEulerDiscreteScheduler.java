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
 * <p>Source: diffusers, {@code schedulers/scheduling_flow_match_euler_discrete.py}. Given timesteps
 * become sigmas, which are shifted, and from which timesteps follow anew.
 */
public final class FlowMatchEulerDiscreteScheduler extends FlowMatchScheduler {
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

  /** Whether each step adds new noise to the data that it predicts. */
  private final boolean stochastic;

  private FlowMatchEulerDiscreteScheduler(FlowSettings settings, boolean stochastic) {
    super(KIND.className(), settings);
    this.stochastic = stochastic;
  }

  private static FlowMatchEulerDiscreteScheduler read(JsonConfig fields) {
    FlowSettings.requireFlag(fields, "invert_sigmas", false, false);
    DynamicShift.read(fields);
    return new FlowMatchEulerDiscreteScheduler(
        FlowSettings.read(fields, SHIFT), fields.flag("stochastic_sampling", false));
  }

  @Override
  public boolean addsNoise() {
    return stochastic;
  }

  @Override
  protected void advance(Ops ops, int index, Tensor modelOutput, Tensor sample, NoiseSource noise) {
    if (stochastic) {
      renoise(ops, index, modelOutput, sample, noise);
      return;
    }
    double[] weights = {1, sigma(index + 1) - sigma(index)};
    ops.linearCombinationInto(sample, weights, sample, modelOutput);
  }
}
