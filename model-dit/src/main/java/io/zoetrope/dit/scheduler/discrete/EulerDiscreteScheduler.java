package io.zoetrope.dit.scheduler.discrete;

import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.scheduler.SchedulerKind;
import io.zoetrope.dit.scheduler.StepScheduler;
import io.zoetrope.ops.Ops;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Euler's method on {@code sample = data + sigma * noise}: a step goes along the line from the data
 * that the model predicts. The model is given samples of unit variance, {@code sample /
 * sqrt(sigma^2 + 1)}, as it was trained with.
 *
 * <p>Source: Karras et al., "Elucidating the Design Space of Diffusion-Based Generative Models"
 * (2022), algorithm 2 without its noise; diffusers, {@code
 * schedulers/scheduling_euler_discrete.py}.
 */
public final class EulerDiscreteScheduler extends StepScheduler implements DiscreteScheduler {
  /** How it is named and configured. */
  public static final SchedulerKind KIND =
      new SchedulerKind(
          "EulerDiscreteScheduler",
          "euler-discrete",
          null,
          Set.of(
              "beta_end",
              "beta_schedule",
              "beta_start",
              "final_sigmas_type",
              "interpolation_type",
              "num_train_timesteps",
              "prediction_type",
              "rescale_betas_zero_snr",
              "sigma_max",
              "sigma_min",
              "steps_offset",
              "timestep_spacing",
              "timestep_type",
              "trained_betas",
              "use_beta_sigmas",
              "use_exponential_sigmas",
              "use_karras_sigmas"),
          EulerDiscreteScheduler::read);

  /** The share of data that a schedule with none at its end keeps there: 2^-24 in diffusers. */
  private static final float LEAST_ALPHA = 0x1p-24f;

  private enum FinalSigma {
    ZERO,
    SIGMA_MIN
  }

  private final NoiseSchedule schedule;
  private final Prediction prediction;
  private final TimestepSpacing spacing;
  private final int stepsOffset;
  private final float finalSigma;

  /** The noise level of each timestep that the model was trained with. */
  private final float[] trainedSigmas;

  private float[] sigmas = {};

  private EulerDiscreteScheduler(
      NoiseSchedule schedule,
      Prediction prediction,
      TimestepSpacing spacing,
      int stepsOffset,
      FinalSigma last) {
    super(KIND.className());
    this.schedule = schedule;
    this.trainedSigmas = sigmas(schedule);
    this.prediction = prediction;
    this.spacing = spacing;
    this.stepsOffset = stepsOffset;
    this.finalSigma = last == FinalSigma.ZERO ? 0 : trainedSigmas[0];
  }

  private static EulerDiscreteScheduler read(JsonConfig fields) {
    for (String other : new String[] {"karras", "exponential", "beta"}) {
      String field = "use_%s_sigmas".formatted(other);
      fields.require(!fields.withoutNulls().flag(field, false), field, "false");
    }
    fields.choice("interpolation_type", "linear", "linear");
    fields.choice("timestep_type", "discrete", "discrete");
    return new EulerDiscreteScheduler(
        withSomeDataAtItsEnd(NoiseSchedule.read(fields)),
        fields.choice("prediction_type", Prediction.EPSILON, Prediction.class),
        fields.choice("timestep_spacing", TimestepSpacing.LINSPACE, TimestepSpacing.class),
        fields.integer("steps_offset", 0, 0, 1 << 24),
        fields.choice("final_sigmas_type", FinalSigma.ZERO, FinalSigma.class));
  }

  /** A schedule that leaves no data at its last timestep has no finite noise level there. */
  private static NoiseSchedule withSomeDataAtItsEnd(NoiseSchedule schedule) {
    float[] alphas = schedule.alphasCumprod();
    int last = alphas.length - 1;
    alphas[last] = alphas[last] == 0 ? LEAST_ALPHA : alphas[last];
    return schedule;
  }

  private static float[] sigmas(NoiseSchedule schedule) {
    float[] sigmas = schedule.alphasCumprod().clone();
    for (int i = 0; i < sigmas.length; i++) {
      sigmas[i] = (float) Math.sqrt((1 - sigmas[i]) / sigmas[i]);
    }
    return sigmas;
  }

  @Override
  public float[] betas() {
    return schedule.betas().clone();
  }

  @Override
  public float[] alphasCumprod() {
    return schedule.alphasCumprod().clone();
  }

  @Override
  public void setTimesteps(int steps, OptionalDouble mu) {
    requireSteps(steps);
    int trained = trainedSigmas.length;
    if (steps > trained) {
      throw new ConfigException(
          "%s: %d steps are more than the %d that the model was trained with"
              .formatted(name(), steps, trained));
    }
    begin(spacing.timesteps(steps, trained, stepsOffset), true);
  }

  @Override
  public void setGivenTimesteps(double[] timesteps, OptionalDouble mu) {
    requireSteps(timesteps.length);
    float[] rounded = new float[timesteps.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = (float) timesteps[i];
      if (!(rounded[i] >= 0) || (i > 0 && rounded[i] >= rounded[i - 1])) {
        throw new IllegalArgumentException(
            "%s: timestep %s: they are at least 0, and each is less than the one before"
                .formatted(name(), rounded[i]));
      }
    }
    begin(rounded, false);
  }

  private void begin(float[] timesteps, boolean spaced) {
    float[] levels = new float[timesteps.length + 1];
    for (int i = 0; i < timesteps.length; i++) {
      if (timesteps[i] > trainedSigmas.length - 1) {
        throw new ConfigException(
            "%s: %stimestep %s is beyond the %d that the model was trained with"
                .formatted(
                    name(),
                    spaced ? "with steps_offset %d ".formatted(stepsOffset) : "",
                    timesteps[i],
                    trainedSigmas.length));
      }
      levels[i] = trainedSigma(timesteps[i]);
    }
    levels[timesteps.length] = finalSigma;
    sigmas = levels;
    begin(timesteps);
  }

  /** Between two timesteps the noise level lies on the line from one to the other. */
  private float trainedSigma(float timestep) {
    int below = (int) timestep;
    double sigma = trainedSigmas[below];
    double share = timestep - (double) below;
    return (float) (share == 0 ? sigma : sigma + share * (trainedSigmas[below + 1] - sigma));
  }

  @Override
  public float[] sigmas() {
    return sigmas.clone();
  }

  @Override
  public double initNoiseSigma() {
    float most = 0;
    for (float sigma : sigmas) {
      most = Math.max(most, sigma);
    }
    return spacing == TimestepSpacing.LEADING ? (float) Math.sqrt(most * most + 1) : most;
  }

  @Override
  public Tensor scaleModelInput(Ops ops, Tensor sample, float timestep) {
    double sigma = sigmas[nextIndex(timestep)];
    Tensor scaled = ops.allocate(DType.F32, sample.shape());
    double[] weight = {1 / Math.sqrt(sigma * sigma + 1)};
    ops.linearCombinationInto(scaled, weight, sample);
    return scaled;
  }

  @Override
  protected double[] mixture(int index) {
    return new double[] {1, sigmas[index]};
  }

  /** The relation between data and noise is that of a sample of unit variance. */
  @Override
  protected double[] originalSample(int index) {
    double sigma = sigmas[index];
    double variance = sigma * sigma + 1;
    Prediction.Weights data = prediction.data(1 / variance);
    return new double[] {data.sample() / Math.sqrt(variance), data.output()};
  }

  @Override
  protected void advance(Ops ops, int index, Tensor modelOutput, Tensor sample, NoiseSource noise) {
    double[] data = originalSample(index);
    // sample + (sample - data) / sigma * (next sigma - sigma)
    double share = (double) sigmas[index + 1] / sigmas[index] - 1;
    double[] weights = {1 + share * (1 - data[0]), -share * data[1]};
    ops.linearCombinationInto(sample, weights, sample, modelOutput);
  }
}
