package io.zoetrope.dit.scheduler.flow;

import io.zoetrope.config.JsonConfig;

/**
 * The {@code mu} of dynamic shifting for a job, linear in the number of tokens and not clamped
 * ({@code calculate_shift} of diffusers' pipelines).
 *
 * @param baseShift {@code mu} at {@code baseImageSeqLen} tokens
 * @param maxShift {@code mu} at {@code maxImageSeqLen} tokens
 * @param baseImageSeqLen see {@code baseShift}
 * @param maxImageSeqLen see {@code maxShift}
 */
public record DynamicShift(
    double baseShift, double maxShift, int baseImageSeqLen, int maxImageSeqLen) {

  /**
   * Reads the fields of a scheduler's configuration.
   *
   * @throws io.zoetrope.config.ConfigException if one is malformed
   */
  public static DynamicShift read(JsonConfig fields) {
    return new DynamicShift(
        fields.number("base_shift", 0.5),
        fields.number("max_shift", 1.15),
        fields.positiveInteger("base_image_seq_len", 256),
        fields.positiveInteger("max_image_seq_len", 4096));
  }

  /**
   * The shift of a job.
   *
   * @param imageSeqLen the number of latent tokens of the job
   */
  public double mu(int imageSeqLen) {
    double slope = (maxShift - baseShift) / (maxImageSeqLen - baseImageSeqLen);
    return imageSeqLen * slope + (baseShift - slope * baseImageSeqLen);
  }
}
