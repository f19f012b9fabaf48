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

  /** Noise levels of tokens that are nearer than this to one of the schedule are on it. */
  private static final float SAME_SIGMA = 1e-6f;

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

  @Override
  public boolean stepsTokens() {
    return !stochastic;
  }

  @Override
  protected void advanceTokens(Ops ops, Tensor modelOutput, float[] tokens, Tensor sample) {
    if (stochastic) {
      super.advanceTokens(ops, modelOutput, tokens, sample);
      return;
    }
    float[] lengths = new float[tokens.length];
    float[] sigmas = sigmas();
    for (int i = 0; i < tokens.length; i++) {
      float sigma = tokens[i] / settings().numTrainTimesteps();
      float next = 0;
      for (float other : sigmas) {
        next = other < sigma - SAME_SIGMA ? Math.max(next, other) : next;
      }
      lengths[i] = next - sigma;
    }
    long channels = sample.size(0);
    try (var _ = ops.scope()) {
      Tensor gate = ops.upload(Tensor.of(lengths, lengths.length));
      ops.addGatedInPlace(sample.reshape(channels, -1), modelOutput.reshape(channels, -1), gate);
    }
  }
}
