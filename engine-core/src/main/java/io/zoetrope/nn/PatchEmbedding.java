package io.zoetrope.nn;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * Turns patches of the latents into tokens. The checkpoint has a 3D convolution whose stride is its
 * kernel size: no patch overlaps another, so it is a linear map of each.
 *
 * @param name of its scope, which is also the name of its weights
 * @param patchSize what becomes one token
 * @param channels of the latents
 * @param projection channels * volume of a patch to dim
 */
public record PatchEmbedding(String name, PatchSize patchSize, int channels, Linear projection) {
  /**
   * Reads {@code weight}, [dim, channels, frames, height, width of a patch], and {@code bias},
   * [dim], below {@code name}.
   */
  public static PatchEmbedding load(
      Weights model, String name, PatchSize patchSize, int channels, long dim) {
    Weights weights = model.at(name);
    Tensor kernel =
        weights.get(
            "weight", dim, channels, patchSize.frames(), patchSize.height(), patchSize.width());
    return new PatchEmbedding(
        name, patchSize, channels, new Linear(kernel.reshape(dim, -1), weights.get("bias", dim)));
  }

  /**
   * [channels, frames, height, width] to [tokens, dim] of the given dtype.
   *
   * @throws IllegalArgumentException if the latents have other channels or are not made of whole
   *     patches
   */
  public Tensor forward(Ops ops, Tensor latents, DType dtype) {
    if (latents.shape().rank() != 4 || latents.size(0) != channels) {
      throw new IllegalArgumentException(
          "%s: latents %s are not [%d, frames, height, width]".formatted(name, latents, channels));
    }
    try (var scope = ops.scope(name)) {
      return scope.keep(projection.forward(ops, patchSize.patchify(ops, latents, dtype)));
    }
  }
}
