package io.zoetrope.dit.scheduler.discrete;

import io.zoetrope.config.JsonConfig;
import java.util.function.DoubleUnaryOperator;

/**
 * The noise levels that CogVideoX was trained with: of the usual ones the ratio of data to noise is
 * divided by a constant, and then all are moved until nothing is left of the data at the last
 * timestep. In double precision where diffusers' tensors are, else in float32.
 *
 * @param betas the share of noise that each timestep adds before that
 * @param alphasCumprod the share of data in a sample at each timestep, as a variance
 */
record CogVideoXNoiseSchedule(double[] betas, double[] alphasCumprod) {
  private static final BetaSettings DEFAULTS =
      new BetaSettings(BetaSettings.Schedule.SCALED_LINEAR, 1000, 0.00085, 0.0120);

  /**
   * Reads the fields of a configuration.
   *
   * @throws io.zoetrope.config.ConfigException if one is malformed or asks for something that is
   *     not implemented
   */
  static CogVideoXNoiseSchedule read(JsonConfig fields) {
    BetaSettings settings = DEFAULTS.orOf(fields);
    double shift = fields.positiveNumber("snr_shift_scale", 3.0);
    boolean isDouble = settings.schedule() == BetaSettings.Schedule.SCALED_LINEAR;
    DoubleUnaryOperator round = isDouble ? value -> value : value -> (float) value;
    double[] betas = isDouble ? settings.scaledLinear() : NoiseSchedule.widened(settings.betas());

    double[] alphas = new double[betas.length];
    double product = 1;
    for (int i = 0; i < alphas.length; i++) {
      product *= round.applyAsDouble(1 - betas[i]);
      alphas[i] = shifted(round.applyAsDouble(product), shift, round);
    }
    if (fields.flag("rescale_betas_zero_snr", false)) {
      rescaleToZeroTerminalSnr(alphas, round);
    }
    return new CogVideoXNoiseSchedule(betas, alphas);
  }

  /**
   * Divides the ratio of data to noise (Esser et al., "Scaling Rectified Flow Transformers for
   * High-Resolution Image Synthesis", 2024, section 5.3.2).
   */
  private static double shifted(double alpha, double scale, DoubleUnaryOperator round) {
    double scaled = round.applyAsDouble(round.applyAsDouble(1 - scale) * alpha);
    return round.applyAsDouble(alpha / round.applyAsDouble(scale + scaled));
  }

  /**
   * Rescales shares of data so that nothing is left of it at the last timestep (Lin et al., "Common
   * Diffusion Noise Schedules and Sample Steps are Flawed", 2023, algorithm 1).
   */
  private static void rescaleToZeroTerminalSnr(double[] alphas, DoubleUnaryOperator round) {
    double first = round.applyAsDouble(Math.sqrt(alphas[0]));
    double last = round.applyAsDouble(Math.sqrt(alphas[alphas.length - 1]));
    double scale = round.applyAsDouble(first / round.applyAsDouble(first - last));
    for (int i = 0; i < alphas.length; i++) {
      double root = round.applyAsDouble(Math.sqrt(alphas[i]));
      double moved = round.applyAsDouble(round.applyAsDouble(root - last) * scale);
      alphas[i] = round.applyAsDouble(moved * moved);
    }
  }
}
