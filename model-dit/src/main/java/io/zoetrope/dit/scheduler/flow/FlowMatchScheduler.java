package io.zoetrope.dit.scheduler.flow;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.ops.Ops;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.Tensor;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What schedulers that take a flow's velocity as it is have in common. Their own schedule applies a
 * static shift twice: to the ends of the training schedule, and to the values spaced evenly between
 * those. The ends are rounded to float32, so that the first sigma may be a little above 1.
 */
abstract class FlowMatchScheduler extends FlowScheduler {
  /** The parameter with the static shift. */
  static final String SHIFT = "shift";

  /** The parameters that the classes share. */
  private static final Set<String> PARAMETERS =
      Set.of(
          "base_image_seq_len",
          "base_shift",
          "invert_sigmas",
          "max_image_seq_len",
          "max_shift",
          "num_train_timesteps",
          SHIFT,
          "shift_terminal",
          "time_shift_type",
          "use_beta_sigmas",
          "use_dynamic_shifting",
          "use_exponential_sigmas",
          "use_karras_sigmas");

  FlowMatchScheduler(String name, FlowSettings settings) {
    super(name, settings);
  }

  /** The shared parameters, and some of a class's own. */
  static Set<String> parameters(String... own) {
    return Stream.concat(PARAMETERS.stream(), Stream.of(own))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Reads what is shared, and refuses what nobody does. */
  static FlowSettings settings(JsonConfig fields) {
    FlowSettings.requireFlag(fields, "invert_sigmas", false, false);
    DynamicShift.read(fields);
    return FlowSettings.read(fields, SHIFT);
  }

  @Override
  final double[] defaultSigmas(int steps, FlowSettings effective) {
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
  public void setGivenTimesteps(double[] timesteps, OptionalDouble mu) {
    double[] sigmas = new double[timesteps.length];
    for (int i = 0; i < sigmas.length; i++) {
      sigmas[i] = timesteps[i] / settings().numTrainTimesteps();
    }
    setTimesteps(sigmas, mu);
  }

  @Override
  final float timestep(double sigma) {
    return (float) sigma * settings().numTrainTimesteps();
  }

  /** A step between equal sigmas changes nothing, and one from above 1 is a step like others. */
  @Override
  final boolean usable(float sigma, float previous, boolean first) {
    return sigma >= 0 && sigma <= (first ? Float.MAX_VALUE : previous);
  }

  @Override
  final String demand() {
    return "not rise, and not be negative";
  }

  /**
   * Predicts the data, and adds new noise up to the next sigma. In the last step, where there is
   * none to add, some is drawn all the same, as in diffusers.
   */
  final void renoise(Ops ops, int index, Tensor modelOutput, Tensor sample, NoiseSource source) {
    Tensor noise = ops.tap("noise", ops.upload(source.normal(sample.shape().sizes())));
    double kept = 1 - sigma(index + 1);
    double[] weights = {kept, -kept * sigma(index), sigma(index + 1)};
    ops.linearCombinationInto(sample, weights, sample, modelOutput, noise);
  }
}
