package io.zoetrope.vae.wan;

import io.zoetrope.nn.Linear;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.FrameCache;
import io.zoetrope.vae.layer.Layer;
import io.zoetrope.vae.layer.Pointwise;
import io.zoetrope.weights.Weights;

/**
 * Self-attention with a single head over the pixels of each frame, added to the input ({@code
 * WanAttentionBlock} in diffusers).
 *
 * @param norm gamma of [channels]
 * @param toQkv channels to 3 * channels: queries, keys, values
 * @param proj channels to channels
 */
record AttentionBlock(Tensor norm, Linear toQkv, Linear proj) implements Layer {
  static AttentionBlock load(Weights weights, long channels) {
    return new AttentionBlock(
        weights.at("norm").get("gamma", channels, 1, 1),
        Pointwise.load2d(weights.at("to_qkv"), channels, 3 * channels),
        Pointwise.load2d(weights.at("proj"), channels, channels));
  }

  /** The result is {@code x} itself. */
  @Override
  public Tensor forward(Ops ops, Tensor x, FrameCache cache) {
    long channels = x.size(3);
    float scale = (float) (1 / Math.sqrt(channels));
    for (long frame = 0; frame < x.size(0); frame++) {
      try (var _ = ops.scope("frame")) {
        Tensor pixels = x.select(0, frame).reshape(-1, channels);
        Tensor qkv = toQkv.forward(ops, ops.channelNorm(pixels, norm, Activation.NONE));
        Tensor q = qkv.narrow(1, 0, channels);
        Tensor k = qkv.narrow(1, channels, channels);
        Tensor v = qkv.narrow(1, 2 * channels, channels);
        Tensor attended = ops.attention(q, k, v, 1, scale, null);
        ops.addInPlace(pixels, proj.product(ops, attended));
      }
    }
    return x;
  }
}
