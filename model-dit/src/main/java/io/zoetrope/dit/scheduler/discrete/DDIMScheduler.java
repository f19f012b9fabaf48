package io.zoetrope.dit.scheduler.discrete;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.scheduler.SchedulerKind;
import io.zoetrope.ops.Ops;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Denoising diffusion implicit models: each step predicts the data and goes on from there with the
 * predicted noise, of which {@code eta} replaces a part with new noise.
 *
 * <p>Source: Song et al., "Denoising Diffusion Implicit Models" (2020), equations 12 and 16;
 * diffusers, {@code schedulers/scheduling_ddim.py}.
 */
public final class DDIMScheduler extends TableScheduler {
  /** How it is named and configured. */
  public static final SchedulerKind KIND =
      new SchedulerKind(
          "DDIMScheduler",
          "ddim",
          null,
          Set.of(
              "beta_end",
              "beta_schedule",
              "beta_start",
              "clip_sample",
              "clip_sample_range",
              "dynamic_thresholding_ratio",
              "num_train_timesteps",
              "prediction_type",
              "rescale_betas_zero_snr",
              "sample_max_value",
              "set_alpha_to_one",
              "steps_offset",
              "thresholding",
              "timestep_spacing",
              "trained_betas"),
          DDIMScheduler::read);

  private final OptionalDouble clipRange;
  private double eta;

  private DDIMScheduler(JsonConfig fields, NoiseSchedule schedule, OptionalDouble clipRange) {
    super(
        KIND,
        fields,
        NoiseSchedule.widened(schedule.betas()),
        NoiseSchedule.widened(schedule.alphasCumprod()));
    this.clipRange = clipRange;
  }

  private static DDIMScheduler read(JsonConfig fields) {
    fields.require(!fields.flag("thresholding", false), "thresholding", "false");
    boolean clips = fields.flag("clip_sample", true);
    double range = fields.positiveNumber("clip_sample_range", 1.0);
    return new DDIMScheduler(
        fields,
        NoiseSchedule.read(fields),
        clips ? OptionalDouble.of(range) : OptionalDouble.empty());
  }

  /**
   * Sets how much of the noise each step replaces.
   *
   * @param value 0, the default, for none; 1 for as much as a denoising diffusion probabilistic
   *     model has
   */
  public void setEta(double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name() + ": eta must be from 0 to 1, got " + value);
    }
    eta = value;
  }

  @Override
  protected void advance(Ops ops, int index, Tensor modelOutput, Tensor sample, NoiseSource noise) {
    double alpha = alpha(index);
    double next = nextAlpha(index);
    double variance = (1 - next) / (1 - alpha) * (1 - alpha / next);
    double deviation = eta * Math.sqrt(variance);
    double direction = Math.sqrt(1 - next - deviation * deviation);

    // 1. The predicted data, and the predicted noise, as sums of sample and model output
    Prediction.Weights data = prediction().data(alpha);
    Prediction.Weights epsilon = prediction().noise(alpha);

    // 2. The next sample: sqrt(next) * data + direction * noise + deviation * new noise
    try (var _ = ops.scope(name())) {
      Tensor fresh = deviation > 0 ? ops.upload(noise.normal(sample.shape().sizes())) : sample;
      double root = Math.sqrt(next);
      double[] weights = {direction * epsilon.sample(), direction * epsilon.output(), deviation};
      if (clipRange.isPresent()) {
        Tensor clipped = ops.allocate(DType.F32, sample.shape());
        double[] ofData = {data.sample(), data.output()};
        ops.linearCombinationInto(clipped, ofData, sample, modelOutput);
        float range = (float) clipRange.getAsDouble();
        ops.clampInPlace(clipped, -range, range);
        double[] all = {weights[0], weights[1], weights[2], root};
        ops.linearCombinationInto(sample, all, sample, modelOutput, fresh, clipped);
      } else {
        weights[0] += root * data.sample();
        weights[1] += root * data.output();
        ops.linearCombinationInto(sample, weights, sample, modelOutput, fresh);
      }
    }
  }
}
