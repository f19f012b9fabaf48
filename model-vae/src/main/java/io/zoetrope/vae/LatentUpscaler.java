package io.zoetrope.vae;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;

/** Makes the latents of a clip larger, as if they were of a larger or a smoother clip. */
public interface LatentUpscaler {
  /** The shape, [channels, frames, height, width], that latents are enlarged to. */
  Shape enlarged(Shape latents);

  /**
   * Enlarges latents.
   *
   * @param codec that they are for
   * @param latents [channels, frames, height, width] as the transformer leaves them, F32, on the
   *     device
   * @return F32, of the shape of {@link #enlarged}, as the transformer would have left them,
   *     contiguous, in the current scope
   * @throws IllegalArgumentException if they are of another model's shape
   */
  Tensor upscale(Ops ops, VideoCodec codec, Tensor latents);
}
