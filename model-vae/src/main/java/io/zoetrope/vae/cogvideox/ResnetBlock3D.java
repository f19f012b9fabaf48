package io.zoetrope.vae.cogvideox;

import io.zoetrope.nn.Linear;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Scope;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.CausalConv3d;
import io.zoetrope.vae.layer.FrameCache;
import io.zoetrope.vae.layer.FramePadding;
import io.zoetrope.vae.layer.Pointwise;
import io.zoetrope.weights.Weights;

/**
 * Two causal 3x3x3 convolutions behind norm and SiLU, added to the input ({@code
 * CogVideoXResnetBlock3D} in diffusers).
 *
 * @param shortcut in channels to out channels; null if they are the same
 */
record ResnetBlock3D(
    ChunkNorm norm1, CausalConv3d conv1, ChunkNorm norm2, CausalConv3d conv2, Linear shortcut) {
  /** Reads a norm. */
  interface NormLoader {
    ChunkNorm load(Weights weights, long channels);
  }

  static ResnetBlock3D load(Weights weights, long inChannels, long outChannels, NormLoader norms) {
    return new ResnetBlock3D(
        norms.load(weights.at("norm1"), inChannels),
        loadConv(weights.at("conv1"), inChannels, outChannels),
        norms.load(weights.at("norm2"), outChannels),
        loadConv(weights.at("conv2"), outChannels, outChannels),
        inChannels == outChannels
            ? null
            : Pointwise.load3d(weights.at("conv_shortcut"), inChannels, outChannels));
  }

  /** Reads a convolution as all of the autoencoder are. */
  static CausalConv3d loadConv(Weights weights, long inChannels, long outChannels) {
    return CausalConv3d.load(
        weights.at("conv"), inChannels, outChannels, 3, 3, FramePadding.FIRST_FRAME);
  }

  /**
   * [frames, height, width, in channels] to [frames, height, width, out channels]; without a
   * shortcut the result is {@code x} itself, so that no copy of it is held.
   *
   * @param latents as {@link ChunkNorm} takes them
   */
  Tensor forward(Ops ops, Tensor x, Tensor latents, FrameCache cache) {
    Tensor out = shortcut == null ? x : shortcut.forward(ops, x);
    try (var _ = ops.scope("residual")) {
      Tensor h;
      try (Scope first = ops.scope("conv1")) {
        h = first.keep(conv1.forward(ops, norm1.forward(ops, x, latents), cache));
      }
      ops.addInPlace(out, conv2.product(ops, norm2.forward(ops, h, latents), cache));
    }
    return out;
  }
}
