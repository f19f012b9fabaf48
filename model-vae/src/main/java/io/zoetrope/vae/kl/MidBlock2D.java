package io.zoetrope.vae.kl;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * Attention between two residual blocks, at the lowest resolution ({@code UNetMidBlock2D} in
 * diffusers).
 *
 * @param attention null in autoencoders without
 */
record MidBlock2D(ResnetBlock2D before, PixelAttention attention, ResnetBlock2D after) {
  static MidBlock2D load(AutoencoderKLConfig config, Weights weights, long channels) {
    int groups = config.normNumGroups();
    return new MidBlock2D(
        ResnetBlock2D.load(weights.at("resnets").at(0), channels, channels, groups),
        config.midBlockAddAttention()
            ? PixelAttention.load(weights.at("attentions").at(0), channels, groups)
            : null,
        ResnetBlock2D.load(weights.at("resnets").at(1), channels, channels, groups));
  }

  /** [1, height, width, channels]; the result is {@code x} itself. */
  Tensor forward(Ops ops, Tensor x) {
    Tensor h = before.forward(ops, x);
    if (attention != null) {
      h = attention.forward(ops, h);
    }
    return after.forward(ops, h);
  }
}
