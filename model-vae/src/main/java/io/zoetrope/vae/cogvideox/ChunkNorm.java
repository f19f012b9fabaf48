package io.zoetrope.vae.cogvideox;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;

/** A normalisation of all frames of a chunk together, with SiLU behind it. */
interface ChunkNorm {
  /**
   * Normalises a chunk.
   *
   * @param x [frames, height, width, channels]
   * @param latents that the chunk is decoded from, [latent frames, latent height, latent width,
   *     latent channels]; null in the encoder
   * @return as {@code x}
   */
  Tensor forward(Ops ops, Tensor x, Tensor latents);
}
