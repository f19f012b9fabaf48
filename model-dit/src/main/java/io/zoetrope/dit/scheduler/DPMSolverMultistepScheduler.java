package io.zoetrope.dit.scheduler;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import java.util.OptionalDouble;

/**
 * DPM-Solver++, a multistep solver of order 1 to 3 that predicts the data; its last step, to sigma
 * 0, is of order 1.
 *
 * <p>Source: Lu et al., "DPM-Solver++: Fast Solver for Guided Sampling of Diffusion Probabilistic
 * Models" (2022), algorithm 2; diffusers, {@code schedulers/scheduling_dpmsolver_multistep.py}.
 */
public final class DPMSolverMultistepScheduler extends MultistepScheduler {
  /** Schedules from this length on keep their order in the last step but one. */
  private static final int LONG_SCHEDULE = 15;

  DPMSolverMultistepScheduler(SchedulerConfig config) {
    super(config, config.solverOrder());
  }

  @Override
  public void setTimesteps(double[] unshiftedSigmas, OptionalDouble mu) {
    throw new IllegalArgumentException(
        name() + ": takes no sigmas of its caller's; supported by UniPC and Euler");
  }

  @Override
  double[] defaultSigmas(int steps) {
    double[] signal = FlowSigmas.linspace(1, 1.0 / config.numTrainTimesteps(), steps + 1);
    double[] sigmas = new double[steps];
    for (int i = 0; i < steps; i++) {
      sigmas[i] = 1 - signal[steps - i];
    }
    return sigmas;
  }

  @Override
  void advance(Ops ops, int index, Tensor modelOutput, Tensor sample) {
    predictData(ops, index, modelOutput, sample);
    remember();
    int order = order(index);
    double[] weights =
        switch (order) {
          case 1 -> firstOrderWeights(index);
          case 2 -> secondOrderWeights(index);
          default -> thirdOrderWeights(index);
        };
    ops.linearCombinationInto(sample, weights, terms(sample, order));
  }

  private int order(int index) {
    int remaining = steps() - index;
    boolean lowered =
        remaining == 1 || remaining == 2 && config.lowerOrderFinal() && steps() < LONG_SCHEDULE;
    return lowered ? Math.min(availableOrder(), remaining) : availableOrder();
  }

  /** The log-SNR distance of a step, infinite for the last. */
  private double h(int index) {
    return lambda(index + 1) - lambda(index);
  }

  private double alpha(int index) {
    return 1 - sigma(index + 1);
  }

  /** The weights of the sample and the latest prediction. */
  private double[] firstOrderWeights(int index) {
    return new double[] {sigma(index + 1) / sigma(index), -alpha(index) * Math.expm1(-h(index))};
  }

  /** The weights of the sample and the latest two predictions. */
  private double[] secondOrderWeights(int index) {
    double[] first = firstOrderWeights(index);
    double h = h(index);
    double slope =
        config.solverType() == SchedulerConfig.SolverType.HEUN
            ? alpha(index) * (Math.expm1(-h) / h + 1)
            : 0.5 * first[1];
    double difference = slope * h / h(index - 1);
    return new double[] {first[0], first[1] + difference, -difference};
  }

  /** The weights of the sample and the latest three predictions. */
  private double[] thirdOrderWeights(int index) {
    double[] first = firstOrderWeights(index);
    double h = h(index);
    double r0 = h(index - 1) / h;
    double r1 = h(index - 2) / h;
    double slope = alpha(index) * (Math.expm1(-h) / h + 1);
    double curvature = -alpha(index) * ((Math.expm1(-h) + h) / (h * h) - 0.5);
    // Divided differences: d0 of predictions 0 and 1, d1 of 1 and 2; slope and curvature mix them.
    double d1 = -(slope * r0 + curvature) / (r0 + r1);
    double newer = (slope - d1) / r0;
    double older = d1 / r1;
    return new double[] {first[0], first[1] + newer, older - newer, -older};
  }
}
