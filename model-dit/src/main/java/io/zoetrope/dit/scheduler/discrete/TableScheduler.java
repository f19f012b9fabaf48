package io.zoetrope.dit.scheduler.discrete;

import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.scheduler.SchedulerKind;
import io.zoetrope.dit.scheduler.StepScheduler;
import java.util.OptionalDouble;

/**
 * What schedulers have in common that look the share of data up in a table, at whole timesteps: the
 * one of a step, and the one that it leads to.
 */
abstract class TableScheduler extends StepScheduler implements DiscreteScheduler {
  private final double[] betas;
  private final double[] alphasCumprod;
  private final Prediction prediction;
  private final TimestepSpacing spacing;
  private final int stepsOffset;
  private final double finalAlpha;

  /**
   * A scheduler.
   *
   * @param fields of its configuration
   * @param betas the share of noise that each timestep adds
   * @param alphasCumprod the share of data at each timestep, as a variance
   */
  TableScheduler(SchedulerKind kind, JsonConfig fields, double[] betas, double[] alphasCumprod) {
    super(kind.className());
    this.betas = betas;
    this.alphasCumprod = alphasCumprod;
    this.prediction = fields.choice("prediction_type", Prediction.EPSILON, Prediction.class);
    this.spacing =
        fields.choice("timestep_spacing", TimestepSpacing.LEADING, TimestepSpacing.class);
    this.stepsOffset = fields.integer("steps_offset", 0, 0, 1 << 24);
    this.finalAlpha = fields.flag("set_alpha_to_one", true) ? 1 : alphasCumprod[0];
  }

  @Override
  public final float[] betas() {
    return rounded(betas);
  }

  @Override
  public final float[] alphasCumprod() {
    return rounded(alphasCumprod);
  }

  private static float[] rounded(double[] values) {
    float[] rounded = new float[values.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = (float) values[i];
    }
    return rounded;
  }

  @Override
  public final void setTimesteps(int steps, OptionalDouble mu) {
    requireSteps(steps);
    int trained = alphasCumprod.length;
    if (steps > trained) {
      throw new ConfigException(
          "%s: %d steps are more than the %d that the model was trained with"
              .formatted(name(), steps, trained));
    }
    float[] timesteps = spacing.wholeTimesteps(steps, trained, stepsOffset);
    for (float timestep : timesteps) {
      if (timestep >= trained) {
        throw new ConfigException(
            "%s: steps_offset %d puts timestep %s beyond the %d that the model was trained with"
                .formatted(name(), stepsOffset, timestep, trained));
      }
      if (prediction == Prediction.EPSILON && alphaAt((int) timestep) == 0) {
        throw new ConfigException(
            "%s: prediction_type epsilon says nothing of the data at timestep %s, where rescale_betas_zero_snr leaves none"
                .formatted(name(), timestep));
      }
    }
    begin(timesteps);
  }

  private double alphaAt(int timestep) {
    return timestep < 0 ? finalAlpha : alphasCumprod[timestep];
  }

  /** The share of data in a step's sample. */
  final double alpha(int index) {
    return alphaAt((int) timestep(index));
  }

  /** The share of data in the sample that a step makes. */
  final double nextAlpha(int index) {
    return alphaAt(nextTimestep(index));
  }

  /** The timestep that a step leads to; below 0 where no noise is left. */
  final int nextTimestep(int index) {
    return (int) timestep(index) - alphasCumprod.length / steps();
  }

  /** What the model predicts. */
  final Prediction prediction() {
    return prediction;
  }

  @Override
  protected final double[] mixture(int index) {
    double alpha = alpha(index);
    return new double[] {Math.sqrt(alpha), Math.sqrt(1 - alpha)};
  }

  @Override
  protected final double[] originalSample(int index) {
    Prediction.Weights data = prediction.data(alpha(index));
    return new double[] {data.sample(), data.output()};
  }
}
