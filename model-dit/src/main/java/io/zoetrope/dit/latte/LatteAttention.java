package io.zoetrope.dit.latte;

import io.zoetrope.dit.KeyValue;
import io.zoetrope.nn.Linear;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.PendingProduct;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;
import java.util.List;

/**
 * Attention of the video tokens, to those of their sequence or to the text ({@code Attention} in
 * diffusers).
 *
 * @param name of its scope
 */
record LatteAttention(String name, int heads, Linear toQ, Linear toK, Linear toV, Linear toOut) {
  static LatteAttention load(Weights block, String name, LatteConfig config) {
    Weights weights = block.at(name);
    return new LatteAttention(
        name,
        config.numAttentionHeads(),
        projection(weights.at("to_q"), config),
        projection(weights.at("to_k"), config),
        projection(weights.at("to_v"), config),
        Linear.load(weights.at("to_out").at(0), config.innerDim(), config.innerDim()));
  }

  private static Linear projection(Weights weights, LatteConfig config) {
    long dim = config.innerDim();
    return config.attentionBias()
        ? Linear.load(weights, dim, dim)
        : Linear.loadWithoutBias(weights, dim, dim);
  }

  /**
   * Every token attends to those of its sequence.
   *
   * @param x [tokens, dim]
   * @return [tokens, dim]
   */
  PendingProduct forward(Ops ops, Tensor x, Sequences sequences) {
    try (var scope = ops.scope(name)) {
      List<Tensor> qkv = Linear.forward(ops, x, toQ, toK, toV);
      Tensor attended =
          sequences.attention(ops, qkv.get(0), qkv.get(1), qkv.get(2), heads, scale(x));
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
      Tensor query = toQ.forward(ops, x);
      Tensor attended = ops.attention(query, text.key(), text.value(), heads, scale(x), null);
      return scope.hold(toOut.product(ops, attended));
    }
  }

  /** Writes keys and values of the text, [text tokens, dim], to {@code out}. */
  void prepareText(Ops ops, Tensor text, KeyValue out) {
    try (var _ = ops.scope(name)) {
      List<Tensor> keyValue = Linear.forward(ops, text, toK, toV);
      ops.copyInto(out.key(), keyValue.get(0));
      ops.copyInto(out.value(), keyValue.get(1));
    }
  }

  private float scale(Tensor x) {
    return (float) (1 / Math.sqrt((double) x.size(1) / heads));
  }
}
