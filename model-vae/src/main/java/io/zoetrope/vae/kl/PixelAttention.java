package io.zoetrope.vae.kl;

import io.zoetrope.nn.GroupNorm;
import io.zoetrope.nn.Linear;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;
import java.util.List;

/**
 * Self-attention with a single head over the pixels of a picture, added to the input ({@code
 * Attention} in diffusers, which reads the names of its {@code AttentionBlock} of earlier years,
 * too).
 */
record PixelAttention(GroupNorm groupNorm, Linear toQ, Linear toK, Linear toV, Linear toOut) {
  static PixelAttention load(Weights weights, long channels, int groups) {
    boolean early = !weights.at("to_q").has("weight");
    return new PixelAttention(
        GroupNorm.load(weights.at("group_norm"), channels, groups, ResnetBlock2D.EPS),
        Linear.load(weights.at(early ? "query" : "to_q"), channels, channels),
        Linear.load(weights.at(early ? "key" : "to_k"), channels, channels),
        Linear.load(weights.at(early ? "value" : "to_v"), channels, channels),
        Linear.load(
            early ? weights.at("proj_attn") : weights.at("to_out").at(0), channels, channels));
  }

  /** [1, height, width, channels]; the result is {@code x} itself. */
  Tensor forward(Ops ops, Tensor x) {
    long channels = x.size(3);
    try (var _ = ops.scope("attention")) {
      Tensor normed = groupNorm.forward(ops, x, Activation.NONE).reshape(-1, channels);
      List<Tensor> qkv = Linear.forward(ops, normed, toQ, toK, toV);
      float scale = (float) (1 / Math.sqrt(channels));
      Tensor attended = ops.attention(qkv.get(0), qkv.get(1), qkv.get(2), 1, scale, null);
      ops.addInPlace(x.reshape(-1, channels), toOut.product(ops, attended));
    }
    return x;
  }
}
