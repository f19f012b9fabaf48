package io.zoetrope.dit.scheduler.flow;

import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.scheduler.SchedulerKind;
import io.zoetrope.ops.Ops;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * DPM-Solver++, a multistep solver of order 1 to 3 that predicts the data; its last step, to sigma
 * 0, is of order 1.
 *
 * <p>Source: Lu et al., "DPM-Solver++: Fast Solver for Guided Sampling of Diffusion Probabilistic
 * Models" (2022), algorithm 2; diffusers, {@code schedulers/scheduling_dpmsolver_multistep.py}.
 */
public final class DPMSolverMultistepScheduler extends MultistepScheduler {
  private static final String SHIFT = "flow_shift";

  /** How it is named and configured. */
  public static final SchedulerKind KIND =
      new SchedulerKind(
          "DPMSolverMultistepScheduler",
          "dpm++",
          SHIFT,
          Stream.concat(
                  MultistepSettings.PARAMETERS.stream(),
                  Stream.of(
                      "algorithm_type",
                      "euler_at_final",
                      "lambda_min_clipped",
                      "use_lu_lambdas",
                      "variance_type"))
              .collect(Collectors.toUnmodifiableSet()),
          DPMSolverMultistepScheduler::read);

  /** Schedules from this length on keep their order in the last step but one. */
  private static final int LONG_SCHEDULE = 15;

  private DPMSolverMultistepScheduler(FlowSettings settings, MultistepSettings solver) {
    super(KIND.className(), settings, solver, solver.solverOrder());
  }

  /**
   * {@code lambda_min_clipped} and {@code euler_at_final} are accepted with any value: flow sigmas
   * ignore the one, and a last step to sigma 0 is of first order anyway.
   */
  private static DPMSolverMultistepScheduler read(JsonConfig fields) {
    MultistepSettings solver = MultistepSettings.read(fields, "heun");
    fields.choice("algorithm_type", "dpmsolver++", "dpmsolver++");
    FlowSettings.requireFlag(fields, "use_lu_lambdas", false, false);
    fields.require(solver.stepsToZero(), "final_sigmas_type", "zero");
    FlowSettings settings = FlowSettings.read(fields, SHIFT);
    return new DPMSolverMultistepScheduler(settings.withoutTerminal(), solver);
  }

  /** As in diffusers, which of dynamic shifting knows the given {@code mu} alone. */
  @Override
  public List<String> warnings() {
    return settings().useDynamicShifting()
        ? List.of(
            name()
                + ": use_dynamic_shifting has no effect where a model gives no shift of its own;"
                + " flow_shift counts")
        : List.of();
  }

  /** A {@code mu} replaces the static shift, as {@code exp(mu)}. */
  @Override
  FlowSettings effective(OptionalDouble mu) {
    boolean dynamic = settings().useDynamicShifting() && mu.isPresent();
    if (dynamic && settings().timeShiftType() != FlowSettings.TimeShiftType.EXPONENTIAL) {
      throw new ConfigException(
          name() + ": time_shift_type is linear; supported with use_dynamic_shifting: exponential");
    }
    return settings().withStaticShift(dynamic ? Math.exp(mu.getAsDouble()) : settings().shift());
  }

  @Override
  public void setTimesteps(double[] unshiftedSigmas, OptionalDouble mu) {
    throw new IllegalArgumentException(name() + ": takes no sigmas of its caller's");
  }

  @Override
  double[] defaultSigmas(int steps, FlowSettings effective) {
    double[] signal = FlowSigmas.linspace(1, 1.0 / effective.numTrainTimesteps(), steps + 1);
    double[] sigmas = new double[steps];
    for (int i = 0; i < steps; i++) {
      sigmas[i] = 1 - signal[steps - i];
    }
    return sigmas;
  }

  @Override
  protected void advance(Ops ops, int index, Tensor modelOutput, Tensor sample, NoiseSource noise) {
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
        remaining == 1 || remaining == 2 && solver().lowerOrderFinal() && steps() < LONG_SCHEDULE;
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
    double slope = solver().variant() ? alpha(index) * (Math.expm1(-h) / h + 1) : 0.5 * first[1];
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
