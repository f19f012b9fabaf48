package io.zoetrope.dit.wan;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;

/**
 * Sines and cosines of a timestep at geometrically spaced frequencies ({@code
 * get_timestep_embedding} in diffusers; Ho et al., 2020, appendix B).
 *
 * @param channels width; of an odd one the last channel is zero
 * @param flipSinToCos whether cosines come before sines
 * @param downscaleFreqShift taken from the number of frequencies in the exponent's denominator
 */
public record TimestepSinusoid(int channels, boolean flipSinToCos, float downscaleFreqShift) {
  private static final float LOG_MAX_PERIOD = (float) Math.log(10000);

  /**
   * Computes on the host. Each intermediate is rounded to float, as in the reference: at timesteps
   * near 1000 the last bit of a frequency is visible in the fifth digit of the result.
   *
   * @return F32, [timesteps, channels]
   */
  public Tensor forward(Ops ops, float[] timesteps) {
    int half = channels / 2;
    float[] out = new float[timesteps.length * channels];
    for (int k = 0; k < half; k++) {
      float exponent = -LOG_MAX_PERIOD * k / (half - downscaleFreqShift);
      float frequency = (float) Math.exp(exponent);
      for (int i = 0; i < timesteps.length; i++) {
        float angle = timesteps[i] * frequency;
        int sine = i * channels + (flipSinToCos ? half + k : k);
        int cosine = i * channels + (flipSinToCos ? k : half + k);
        out[sine] = (float) Math.sin(angle);
        out[cosine] = (float) Math.cos(angle);
      }
    }
    return ops.upload(Tensor.of(out, timesteps.length, channels));
  }
}
