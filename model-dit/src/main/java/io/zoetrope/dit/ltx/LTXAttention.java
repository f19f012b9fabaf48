package io.zoetrope.dit.ltx;

import io.zoetrope.dit.KeyValue;
import io.zoetrope.nn.Linear;
import io.zoetrope.nn.RmsNorm;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.PendingProduct;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;
import java.util.List;

/**
 * Attention of the video tokens, to each other or to the text ({@code LTXAttention} in diffusers).
 * Queries and keys are RMS-normalised, and rotated, over all heads together, before the split.
 *
 * @param name of its scope
 */
record LTXAttention(
    String name,
    int heads,
    Linear toQ,
    Linear toK,
    Linear toV,
    Linear toOut,
    RmsNorm normQ,
    RmsNorm normK) {
  /** Of these norms, whatever the others have. */
  private static final float EPS = 1e-5f;

  static LTXAttention load(Weights block, String name, LTXConfig config) {
    Weights weights = block.at(name);
    long dim = config.innerDim();
    return new LTXAttention(
        name,
        config.numAttentionHeads(),
        linear(weights.at("to_q"), dim, config.attentionBias()),
        linear(weights.at("to_k"), dim, config.attentionBias()),
        linear(weights.at("to_v"), dim, config.attentionBias()),
        linear(weights.at("to_out").at(0), dim, config.attentionOutBias()),
        RmsNorm.load(weights.at("norm_q"), dim, EPS),
        RmsNorm.load(weights.at("norm_k"), dim, EPS));
  }

  private static Linear linear(Weights weights, long dim, boolean hasBias) {
    return hasBias ? Linear.load(weights, dim, dim) : Linear.loadWithoutBias(weights, dim, dim);
  }

  /**
   * Every token attends to every token.
   *
   * @param x [tokens, dim]
   * @return [tokens, dim]
   */
  PendingProduct forward(Ops ops, Tensor x, LTXRope rope) {
    try (var scope = ops.scope(name)) {
      List<Tensor> projected = Linear.forward(ops, x, toQ, toK, toV);
      Tensor query = projected.get(0);
      Tensor key = projected.get(1);
      rope.rotateNormalised(ops, "norm_q", query, normQ);
      rope.rotateNormalised(ops, "norm_k", key, normK);
      Tensor attended = attention(ops, query, new KeyValue(key, projected.get(2)));
      return scope.hold(toOut.product(ops, attended));
    }
  }

  /**
   * Every token attends to the text.
   *
   * @param x [tokens, dim]
   * @return [tokens, dim]
   */
  PendingProduct forward(Ops ops, Tensor x, KeyValue text) {
    try (var scope = ops.scope(name)) {
      Tensor query = ops.tap("norm_q", normQ.forward(ops, toQ.forward(ops, x)));
      return scope.hold(toOut.product(ops, attention(ops, query, text)));
    }
  }

  /** Writes keys and values of the text, [text tokens, dim], to {@code out}. */
  void prepareText(Ops ops, Tensor text, KeyValue out) {
    try (var _ = ops.scope(name)) {
      ops.copyInto(out.key(), normK.forward(ops, toK.forward(ops, text)));
      ops.copyInto(out.value(), toV.forward(ops, text));
    }
  }

  private Tensor attention(Ops ops, Tensor query, KeyValue to) {
    float scale = (float) (1 / Math.sqrt((double) query.size(1) / heads));
    return ops.attention(query, to.key(), to.value(), heads, scale, null);
  }
}
