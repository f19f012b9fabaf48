package io.zoetrope.t5.encoder;

import io.zoetrope.nn.Linear;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.PendingProduct;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;
import java.util.List;

/**
 * Self-attention with learned relative positions ({@code T5Attention} in transformers). Scores are
 * not scaled by the head's width.
 *
 * @param relativeAttentionBias [buckets, heads]; null in blocks that use another block's
 */
record T5Attention(
    int heads, Linear q, Linear k, Linear v, Linear o, Tensor relativeAttentionBias) {
  private static final float SCALE = 1;

  static T5Attention load(Weights weights, T5Config config, boolean withBias) {
    long dim = config.dModel();
    long inner = config.innerDim();
    return new T5Attention(
        config.numHeads(),
        Linear.loadWithoutBias(weights.at("q"), dim, inner),
        Linear.loadWithoutBias(weights.at("k"), dim, inner),
        Linear.loadWithoutBias(weights.at("v"), dim, inner),
        Linear.loadWithoutBias(weights.at("o"), inner, dim),
        withBias
            ? weights
                .at("relative_attention_bias")
                .get("weight", config.relativeAttentionNumBuckets(), config.numHeads())
            : null);
  }

  /**
   * What is added to the scores.
   *
   * @param buckets of all pairs of tokens, query by query
   * @param mask F32, [keys], or null
   * @return F32, [heads, queries, keys]
   */
  Tensor positionBias(Ops ops, int[] buckets, int tokens, Tensor mask) {
    try (var scope = ops.scope("relative_attention_bias")) {
      Tensor byPair = ops.embedding(relativeAttentionBias, buckets, DType.F32);
      Tensor bias = ops.copy(byPair.permute(1, 0)).reshape(heads, tokens, tokens);
      if (mask != null) {
        ops.addInPlace(bias, mask);
      }
      return scope.keep(bias);
    }
  }

  /**
   * Every token attends to every token that the bias does not mask.
   *
   * @param x [tokens, dim]
   * @param positionBias F32, [heads, tokens, tokens]
   * @return [tokens, dim]
   */
  PendingProduct forward(Ops ops, Tensor x, Tensor positionBias) {
    try (var scope = ops.scope("SelfAttention")) {
      List<Tensor> qkv = Linear.forward(ops, x, q, k, v);
      Tensor attended =
          ops.attention(qkv.get(0), qkv.get(1), qkv.get(2), heads, SCALE, positionBias);
      return scope.hold(o.product(ops, attended));
    }
  }
}
