package io.zoetrope.dit.scheduler.discrete;

import io.zoetrope.config.JsonConfig;
import java.util.stream.IntStream;

/**
 * The noise levels that a model was trained with, a pair of numbers for each timestep. In float32
 * where diffusers' tensors are, with its order of operations.
 *
 * @param betas the share of noise that each timestep adds
 * @param alphasCumprod the share of data in a sample at each timestep, as a variance
 */
record NoiseSchedule(float[] betas, float[] alphasCumprod) {
  private static final BetaSettings DEFAULTS =
      new BetaSettings(BetaSettings.Schedule.LINEAR, 1000, 0.0001, 0.02);

  /**
   * Reads the fields of a configuration.
   *
   * @throws io.zoetrope.config.ConfigException if one is malformed or asks for something that is
   *     not implemented
   */
  static NoiseSchedule read(JsonConfig fields) {
    float[] betas = DEFAULTS.orOf(fields).betas();
    if (fields.flag("rescale_betas_zero_snr", false)) {
      rescaleToZeroTerminalSnr(betas);
    }
    return new NoiseSchedule(betas, cumulativeProduct(betas));
  }

  /** The same numbers in double precision. */
  static double[] widened(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
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
