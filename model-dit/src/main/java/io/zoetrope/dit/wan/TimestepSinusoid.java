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
  /**
   * Computes on the device.
   *
   * @return F32, [timesteps, channels]
   */
  public Tensor forward(Ops ops, float[] timesteps) {
    Tensor uploaded = ops.upload(Tensor.of(timesteps, timesteps.length));
    return ops.timestepEmbedding(uploaded, channels, flipSinToCos, downscaleFreqShift);
  }
}
