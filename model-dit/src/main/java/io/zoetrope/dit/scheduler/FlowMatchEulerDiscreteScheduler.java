package io.zoetrope.dit.scheduler;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;

/**
 * Euler's method for flow matching: {@code sample + (nextSigma - sigma) * modelOutput}.
 *
 * <p>Source: diffusers, {@code schedulers/scheduling_flow_match_euler_discrete.py}. Its own
 * schedule applies a static shift twice: to the ends of the training schedule, and to the values
 * spaced evenly between those.
 */
public final class FlowMatchEulerDiscreteScheduler extends Scheduler {

  FlowMatchEulerDiscreteScheduler(SchedulerConfig config) {
    super(config);
  }

  @Override
  double[] defaultSigmas(int steps) {
    int scale = config.numTrainTimesteps();
    double first = trainingSigma(1) * (double) scale;
    double last = trainingSigma(1f / scale) * (double) scale;
    double[] sigmas = FlowSigmas.linspace(first, last, steps);
    for (int i = 0; i < steps; i++) {
      sigmas[i] /= scale;
    }
    return sigmas;
  }

  /** The shifted sigma of the training schedule, which diffusers computes in float32. */
  private float trainingSigma(float sigma) {
    if (config.useDynamicShifting()) {
      return sigma;
    }
    double shift = config.flowShift();
    return (float) shift * sigma / (1 + (float) (shift - 1) * sigma);
  }

  @Override
  float timestep(double sigma) {
    return (float) sigma * config.numTrainTimesteps();
  }

  @Override
  void forgetRun() {}

  @Override
  void advance(Ops ops, int index, Tensor modelOutput, Tensor sample) {
    double[] weights = {1, sigma(index + 1) - sigma(index)};
    ops.linearCombinationInto(sample, weights, sample, modelOutput);
  }
}
