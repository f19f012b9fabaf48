package io.zoetrope.nn;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;

/**
 * How a model wants its timesteps embedded ({@code Timesteps} in diffusers); the parameters are
 * those of {@link Ops#timestepEmbedding}.
 *
 * @param channels width; of an odd one the last channel is zero
 * @param flipSinToCos whether cosines come before sines
 * @param downscaleFreqShift taken from the number of frequencies in the exponent's denominator
 */
public record TimestepSinusoid(int channels, boolean flipSinToCos, float downscaleFreqShift) {
  /** F32, [timesteps, channels], in the current scope. */
  public Tensor forward(Ops ops, float[] timesteps) {
    Tensor uploaded = ops.upload(Tensor.of(timesteps, timesteps.length));
    return ops.timestepEmbedding(uploaded, channels, flipSinToCos, downscaleFreqShift);
  }
}
