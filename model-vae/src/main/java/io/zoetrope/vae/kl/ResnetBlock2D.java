package io.zoetrope.vae.kl;

import io.zoetrope.nn.Conv2d;
import io.zoetrope.nn.GroupNorm;
import io.zoetrope.nn.Linear;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Scope;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.Pointwise;
import io.zoetrope.weights.Weights;

/**
 * Two 3x3 convolutions behind group norm and SiLU, added to the input ({@code ResnetBlock2D} in
 * diffusers).
 *
 * @param shortcut in channels to out channels; null if they are the same
 */
record ResnetBlock2D(
    GroupNorm norm1, Conv2d conv1, GroupNorm norm2, Conv2d conv2, Linear shortcut) {
  /** Added to the variance in all norms of the autoencoder. */
  static final float EPS = 1e-6f;

  static ResnetBlock2D load(Weights weights, long inChannels, long outChannels, int groups) {
    return new ResnetBlock2D(
        GroupNorm.load(weights.at("norm1"), inChannels, groups, EPS),
        Conv2d.load(weights.at("conv1"), inChannels, outChannels, 3),
        GroupNorm.load(weights.at("norm2"), outChannels, groups, EPS),
        Conv2d.load(weights.at("conv2"), outChannels, outChannels, 3),
        inChannels == outChannels
            ? null
            : Pointwise.load2d(weights.at("conv_shortcut"), inChannels, outChannels));
  }

  /**
   * [1, height, width, in channels] to [1, height, width, out channels]; without a shortcut the
   * result is {@code x} itself, so that no copy of it is held.
   */
  Tensor forward(Ops ops, Tensor x) {
    Tensor out = shortcut == null ? x : shortcut.forward(ops, x);
    try (var _ = ops.scope("residual")) {
      Tensor h;
      try (Scope first = ops.scope("conv1")) {
        h = first.keep(conv1.forward(ops, norm1.forward(ops, x, Activation.SILU)));
      }
      ops.addInPlace(out, conv2.product(ops, norm2.forward(ops, h, Activation.SILU)));
    }
    return out;
  }
}
