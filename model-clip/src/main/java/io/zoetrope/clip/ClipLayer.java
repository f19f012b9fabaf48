package io.zoetrope.clip;

import io.zoetrope.nn.LayerNorm;
import io.zoetrope.nn.Linear;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;
import java.util.List;

/** One layer of the tower ({@code CLIPEncoderLayer} in transformers). */
record ClipLayer(
    int heads,
    LayerNorm norm1,
    Linear toQ,
    Linear toK,
    Linear toV,
    Linear toOut,
    LayerNorm norm2,
    Linear fc1,
    Linear fc2) {

  static ClipLayer load(Weights weights, ClipVisionConfig config) {
    Weights attention = weights.at("self_attn");
    Weights mlp = weights.at("mlp");
    long dim = config.hiddenSize();
    long hidden = config.intermediateSize();
    return new ClipLayer(
        config.numAttentionHeads(),
        LayerNorm.load(weights.at("layer_norm1"), dim, config.layerNormEps()),
        Linear.load(attention.at("q_proj"), dim, dim),
        Linear.load(attention.at("k_proj"), dim, dim),
        Linear.load(attention.at("v_proj"), dim, dim),
        Linear.load(attention.at("out_proj"), dim, dim),
        LayerNorm.load(weights.at("layer_norm2"), dim, config.layerNormEps()),
        Linear.load(mlp.at("fc1"), dim, hidden),
        Linear.load(mlp.at("fc2"), hidden, dim));
  }

  /**
   * Adds attention of all tokens to all, then the feed-forward, each behind a norm.
   *
   * @param x [tokens, dim], changed in place
   */
  void forward(Ops ops, Tensor x) {
    // 1. x = x + attention(norm1(x))
    try (var _ = ops.scope("self_attn")) {
      List<Tensor> qkv = Linear.forward(ops, norm1.forward(ops, x), toQ, toK, toV);
      float scale = (float) (1 / Math.sqrt((double) x.size(1) / heads));
      Tensor attended = ops.attention(qkv.get(0), qkv.get(1), qkv.get(2), heads, scale, null);
      ops.addInPlace(x, toOut.product(ops, attended));
    }

    // 2. x = x + mlp(norm2(x))
    try (var _ = ops.scope("mlp")) {
      Tensor hidden = fc1.forward(ops, norm2.forward(ops, x), Activation.GELU_ERF);
      ops.addInPlace(x, fc2.product(ops, hidden));
    }
  }
}
