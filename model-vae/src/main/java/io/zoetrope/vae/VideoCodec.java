package io.zoetrope.vae;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.LatentSampling;
import io.zoetrope.vae.layer.Tiling;
import io.zoetrope.vae.layer.VideoSource;
import java.util.function.Consumer;

/**
 * A video autoencoder between pixels and the latents that its transformer works on. Number format,
 * layout and scale of its own latents stay inside.
 */
public interface VideoCodec {
  /** Encodes a clip; of the distribution that encoders give, its mode. */
  default Tensor encode(Ops ops, VideoSource video, Tiling tiling) {
    return encode(ops, video, tiling, LatentSampling.MODE);
  }

  /**
   * Encodes a clip.
   *
   * @param video values from -1 to 1, F32
   * @param tiling for pictures larger than a tile; null for none
   * @param sampling which latents are taken of their distribution
   * @return [channels, frames, height, width] as the transformer takes them, contiguous, F32 or
   *     BF16, in the current scope
   * @throws IllegalArgumentException if the size does not come out even
   */
  Tensor encode(Ops ops, VideoSource video, Tiling tiling, LatentSampling sampling);

  /**
   * Decodes latents and hands the video over in chunks.
   *
   * @param latents [channels, frames, height, width] as the transformer leaves them, F32, on the
   *     device
   * @param tiling for pictures larger than a tile; null for none
   * @param frames takes [frames, height, width, channels], values from -1 to 1, F32 or BF16, valid
   *     during the call
   */
  void decode(Ops ops, Tensor latents, Tiling tiling, Consumer<Tensor> frames);

  /** The tiles that diffusers starts from. */
  default Tiling tiling() {
    return Tiling.DEFAULT;
  }

  /** The same, whose decoder is told this; itself where the decoder is told nothing. */
  default VideoCodec with(DecodeConditions conditions) {
    return this;
  }
}
