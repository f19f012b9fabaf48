package io.zoetrope.dit.scheduler.discrete;

import io.zoetrope.config.JsonConfig;

/**
 * Which betas, the shares of noise that timesteps add, a configuration asks for.
 *
 * @param schedule how they rise
 * @param count one for each timestep that the model was trained with
 * @param start the first one, where the schedule has a choice
 * @param end the last one, where the schedule has a choice
 */
record BetaSettings(Schedule schedule, int count, double start, double end) {
  /** How betas rise from one timestep to the next ({@code beta_schedule} in diffusers). */
  enum Schedule {
    /** As a line. */
    LINEAR,
    /** Their square roots as a line. */
    SCALED_LINEAR,
    /** So that the share of data falls as a cosine. */
    SQUAREDCOS_CAP_V2
  }

  /** Most noise that a timestep of a cosine schedule adds. */
  private static final double MAX_BETA = 0.999;

  /**
   * Reads the fields of a configuration; one that is missing is as here.
   *
   * @throws io.zoetrope.config.ConfigException if one is malformed or asks for something that is
   *     not implemented
   */
  BetaSettings orOf(JsonConfig fields) {
    fields.require(!fields.json().hasNonNull("trained_betas"), "trained_betas", "null");
    BetaSettings read =
        new BetaSettings(
            fields.choice("beta_schedule", schedule, Schedule.class),
            fields.integer("num_train_timesteps", count, 1, 1 << 24),
            fields.number("beta_start", start),
            fields.number("beta_end", end));
    fields.require(read.start > 0 && read.start < 1, "beta_start", "numbers between 0 and 1");
    fields.require(read.end > 0 && read.end < 1, "beta_end", "numbers between 0 and 1");
    return read;
  }

  /** The betas in single precision. */
  float[] betas() {
    return switch (schedule) {
      case LINEAR -> linspace((float) start, (float) end);
      case SCALED_LINEAR -> {
        float[] roots = linspace((float) Math.sqrt(start), (float) Math.sqrt(end));
        for (int i = 0; i < count; i++) {
          roots[i] *= roots[i];
        }
        yield roots;
      }
      case SQUAREDCOS_CAP_V2 -> cosine();
    };
  }

  /** The betas of {@link Schedule#SCALED_LINEAR} in double precision. */
  double[] scaledLinear() {
    double first = Math.sqrt(start);
    double last = Math.sqrt(end);
    double step = count > 1 ? (last - first) / (count - 1) : 0;
    double[] betas = new double[count];
    for (int i = 0; i < count; i++) {
      double root = i < count / 2 ? first + step * i : last - step * (count - 1 - i);
      betas[i] = root * root;
    }
    return betas;
  }

  /** torch's: from both ends to the middle. */
  private float[] linspace(float first, float last) {
    float[] values = new float[count];
    float step = count > 1 ? (last - first) / (count - 1) : 0;
    for (int i = 0; i < count; i++) {
      values[i] = i < count / 2 ? first + step * i : last - step * (count - 1 - i);
    }
    return values;
  }

  /**
   * The cosine schedule (Nichol and Dhariwal, "Improved Denoising Diffusion Probabilistic Models",
   * 2021, equation 17; {@code betas_for_alpha_bar} in diffusers).
   */
  private float[] cosine() {
    float[] betas = new float[count];
    for (int i = 0; i < count; i++) {
      double left = shareOfData((double) (i + 1) / count) / shareOfData((double) i / count);
      betas[i] = (float) Math.min(1 - left, MAX_BETA);
    }
    return betas;
  }

  private static double shareOfData(double time) {
    double root = Math.cos((time + 0.008) / 1.008 * Math.PI / 2);
    return root * root;
  }
}
