package io.zoetrope.dit.wan;

import io.zoetrope.nn.Linear;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * Turns patches of the latents into tokens. The checkpoint has a 3D convolution whose stride is its
 * kernel size: no patch overlaps another, so it is a linear map of each.
 */
record PatchEmbedding(PatchSize patchSize, int channels, Linear projection) {
  static PatchEmbedding load(Weights weights, PatchSize patchSize, int channels, long dim) {
    Tensor kernel =
        weights.get(
            "weight", dim, channels, patchSize.frames(), patchSize.height(), patchSize.width());
    return new PatchEmbedding(
        patchSize, channels, new Linear(kernel.reshape(dim, -1), weights.get("bias", dim)));
  }

  /** [channels, frames, height, width] to [tokens, dim] of the given dtype. */
  Tensor forward(Ops ops, Tensor latents, DType dtype) {
    if (latents.shape().rank() != 4 || latents.size(0) != channels) {
      throw new IllegalArgumentException(
          "patch_embedding: latents %s are not [%d, frames, height, width]"
              .formatted(latents, channels));
    }
    try (var scope = ops.scope("patch_embedding")) {
      return scope.keep(projection.forward(ops, patchSize.patchify(ops, latents, dtype)));
    }
  }
}
