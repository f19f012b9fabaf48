package io.zoetrope.dit.cogvideox;

import io.zoetrope.nn.LayerNorm;
import io.zoetrope.nn.Linear;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.PendingProduct;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;
import java.util.List;

/**
 * Text and video attend to each other and to themselves ({@code CogVideoXAttnProcessor2_0} in
 * diffusers). Queries and keys are normalised head by head.
 */
record CogVideoXAttention(
    int heads, Linear toQ, Linear toK, Linear toV, LayerNorm normQ, LayerNorm normK, Linear toOut) {
  private static final String NAME = "attn1";

  /** Of the norms of queries and keys, whatever that of others is. */
  private static final float EPS = 1e-6f;

  static CogVideoXAttention load(Weights block, CogVideoXConfig config) {
    Weights weights = block.at(NAME);
    return new CogVideoXAttention(
        config.numAttentionHeads(),
        projection(weights.at("to_q"), config),
        projection(weights.at("to_k"), config),
        projection(weights.at("to_v"), config),
        LayerNorm.load(weights.at("norm_q"), config.attentionHeadDim(), EPS),
        LayerNorm.load(weights.at("norm_k"), config.attentionHeadDim(), EPS),
        Linear.load(weights.at("to_out").at(0), config.innerDim(), config.innerDim()));
  }

  private static Linear projection(Weights weights, CogVideoXConfig config) {
    long dim = config.innerDim();
    return config.attentionBias()
        ? Linear.load(weights, dim, dim)
        : Linear.loadWithoutBias(weights, dim, dim);
  }

  /**
   * Every token attends to all.
   *
   * @param rope turns the video's tokens; null for models whose positions were added to the tokens
   * @return what {@link #product} maps to the result, in the current scope
   */
  JointTokens forward(Ops ops, JointTokens x, CogVideoXRope rope) {
    try (var scope = ops.scope(NAME)) {
      List<Tensor> qkv = Linear.forward(ops, x.all(), toQ, toK, toV);
      Tensor q = positioned(ops, x.with(qkv.get(0)), normQ, rope);
      Tensor k = positioned(ops, x.with(qkv.get(1)), normK, rope);
      float scale = (float) (1 / Math.sqrt((double) q.size(1) / heads));
      return x.with(scope.keep(ops.attention(q, k, qkv.get(2), heads, scale, null)));
    }
  }

  private Tensor positioned(Ops ops, JointTokens x, LayerNorm norm, CogVideoXRope rope) {
    long tokens = x.all().size(0);
    JointTokens normalised =
        x.with(norm.forward(ops, x.all().reshape(tokens, heads, -1)).reshape(tokens, -1));
    if (rope != null) {
      ops.ropeInPlace(normalised.video(), rope.cos(), rope.sin(), heads);
    }
    return normalised.all();
  }

  /** The output projection of a part of the tokens: [tokens, dim] to [tokens, dim]. */
  PendingProduct product(Ops ops, Tensor attended) {
    try (var scope = ops.scope(NAME)) {
      return scope.hold(toOut.product(ops, attended));
    }
  }
}
