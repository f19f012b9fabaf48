package io.zoetrope.dit.scheduler.discrete;

import io.zoetrope.config.JsonConfig;

/**
 * The noise levels that a model was trained with, a pair of numbers for each timestep. In float32
 * where diffusers' tensors are, with its order of operations.
 *
 * @param betas the share of noise that each timestep adds
 * @param alphasCumprod the share of data in a sample at each timestep, as a variance
 */
record NoiseSchedule(float[] betas, float[] alphasCumprod) {
  private enum BetaSchedule {
    LINEAR,
    SCALED_LINEAR,
    SQUAREDCOS_CAP_V2
  }

  /** Most noise that a timestep of a cosine schedule adds. */
  private static final double MAX_BETA = 0.999;

  /**
   * Reads the fields of a configuration.
   *
   * @throws io.zoetrope.config.ConfigException if one is malformed or asks for something that is
   *     not implemented
   */
  static NoiseSchedule read(JsonConfig fields) {
    fields.require(!fields.json().hasNonNull("trained_betas"), "trained_betas", "null");
    int count = fields.integer("num_train_timesteps", 1000, 1, 1 << 24);
    double start = fields.number("beta_start", 0.0001);
    double end = fields.number("beta_end", 0.02);
    fields.require(start > 0 && start < 1, "beta_start", "numbers between 0 and 1");
    fields.require(end > 0 && end < 1, "beta_end", "numbers between 0 and 1");
    float[] betas =
        switch (fields.choice("beta_schedule", BetaSchedule.LINEAR, BetaSchedule.class)) {
          case LINEAR -> linspace((float) start, (float) end, count);
          case SCALED_LINEAR -> {
            float[] roots = linspace((float) Math.sqrt(start), (float) Math.sqrt(end), count);
            for (int i = 0; i < count; i++) {
              roots[i] *= roots[i];
            }
            yield roots;
          }
          case SQUAREDCOS_CAP_V2 -> cosine(count);
        };
    if (fields.flag("rescale_betas_zero_snr", false)) {
      rescaleToZeroTerminalSnr(betas);
    }
    return new NoiseSchedule(betas, cumulativeProduct(betas));
  }

  int length() {
    return betas.length;
  }

  /** torch's: from both ends to the middle. */
  private static float[] linspace(float start, float end, int count) {
    float[] values = new float[count];
    float step = count > 1 ? (end - start) / (count - 1) : 0;
    for (int i = 0; i < count; i++) {
      values[i] = i < count / 2 ? start + step * i : end - step * (count - 1 - i);
    }
    return values;
  }

  /**
   * The cosine schedule (Nichol and Dhariwal, "Improved Denoising Diffusion Probabilistic Models",
   * 2021, equation 17; {@code betas_for_alpha_bar} in diffusers).
   */
  private static float[] cosine(int count) {
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

  /** The products of all {@code 1 - beta} so far; torch multiplies in double precision. */
  private static float[] cumulativeProduct(float[] betas) {
    float[] products = new float[betas.length];
    double product = 1;
    for (int i = 0; i < betas.length; i++) {
      product *= 1 - betas[i];
      products[i] = (float) product;
    }
    return products;
  }

  /**
   * Rescales betas so that nothing is left of the data at the last timestep (Lin et al., "Common
   * Diffusion Noise Schedules and Sample Steps are Flawed", 2023, algorithm 1).
   */
  private static void rescaleToZeroTerminalSnr(float[] betas) {
    float[] roots = cumulativeProduct(betas);
    for (int i = 0; i < roots.length; i++) {
      roots[i] = (float) Math.sqrt(roots[i]);
    }
    float first = roots[0];
    float last = roots[roots.length - 1];
    float scale = first / (first - last);
    float before = 1;
    for (int i = 0; i < roots.length; i++) {
      float root = (roots[i] - last) * scale;
      float product = root * root;
      betas[i] = 1 - (i == 0 ? product : product / before);
      before = product;
    }
  }
}
