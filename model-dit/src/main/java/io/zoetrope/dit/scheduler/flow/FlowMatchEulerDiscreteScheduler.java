package io.zoetrope.dit.scheduler.flow;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.scheduler.SchedulerKind;
import io.zoetrope.ops.Ops;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.Tensor;

/**
 * Euler's method for flow matching: {@code sample + (nextSigma - sigma) * modelOutput}.
 *
 * <p>Source: diffusers, {@code schedulers/scheduling_flow_match_euler_discrete.py}. Given timesteps
 * become sigmas, which are shifted, and from which timesteps follow anew.
 */
public final class FlowMatchEulerDiscreteScheduler extends FlowMatchScheduler {
  /** How it is named and configured. */
  public static final SchedulerKind KIND =
      new SchedulerKind(
          "FlowMatchEulerDiscreteScheduler",
          "euler",
          SHIFT,
          parameters("stochastic_sampling"),
          FlowMatchEulerDiscreteScheduler::read);

  /** Whether each step adds new noise to the data that it predicts. */
  private final boolean stochastic;

  private FlowMatchEulerDiscreteScheduler(FlowSettings settings, boolean stochastic) {
    super(KIND.className(), settings);
    this.stochastic = stochastic;
  }

  private static FlowMatchEulerDiscreteScheduler read(JsonConfig fields) {
    return new FlowMatchEulerDiscreteScheduler(
        settings(fields), fields.flag("stochastic_sampling", false));
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
