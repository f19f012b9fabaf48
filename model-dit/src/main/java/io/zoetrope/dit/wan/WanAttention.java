package io.zoetrope.dit.wan;

import io.zoetrope.dit.KeyValue;
import io.zoetrope.nn.Linear;
import io.zoetrope.nn.RmsNorm;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.PendingProduct;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;
import java.util.List;

/**
 * Attention of the video tokens, to each other or to text and image ({@code WanAttention} in
 * diffusers). Queries and keys are RMS-normalised over all heads together, before the split.
 *
 * @param name of its scope
 * @param addKProj keys of the image; null in self-attention and in models without an image branch,
 *     as {@code addVProj} and {@code normAddedK}
 */
record WanAttention(
    String name,
    int heads,
    Linear toQ,
    Linear toK,
    Linear toV,
    Linear toOut,
    RmsNorm normQ,
    RmsNorm normK,
    Linear addKProj,
    Linear addVProj,
    RmsNorm normAddedK) {

  static WanAttention load(Weights block, String name, WanConfig config, boolean withImage) {
    Weights weights = block.at(name);
    long dim = config.innerDim();
    return new WanAttention(
        name,
        config.numAttentionHeads(),
        Linear.load(weights.at("to_q"), dim, dim),
        Linear.load(weights.at("to_k"), dim, dim),
        Linear.load(weights.at("to_v"), dim, dim),
        Linear.load(weights.at("to_out").at(0), dim, dim),
        RmsNorm.load(weights.at("norm_q"), dim, config.eps()),
        RmsNorm.load(weights.at("norm_k"), dim, config.eps()),
        withImage ? Linear.load(weights.at("add_k_proj"), dim, dim) : null,
        withImage ? Linear.load(weights.at("add_v_proj"), dim, dim) : null,
        withImage ? RmsNorm.load(weights.at("norm_added_k"), dim, config.eps()) : null);
  }

  /**
   * Every token attends to every token.
   *
   * @param x [tokens, dim]
   * @return [tokens, dim]
   */
  PendingProduct forward(Ops ops, Tensor x, WanRope rope) {
    try (var scope = ops.scope(name)) {
      List<Tensor> projected = Linear.forward(ops, x, toQ, toK, toV);
      Tensor query = projected.get(0);
      Tensor key = projected.get(1);
      Tensor value = projected.get(2);
      rope.rotateNormalised(ops, "norm_q", query, normQ, heads);
      rope.rotateNormalised(ops, "norm_k", key, normK, heads);
      Tensor attended = attention(ops, query, new KeyValue(key, value), null);
      return scope.hold(toOut.product(ops, attended));
    }
  }

  /**
   * Every token attends to the text and, apart from it, to the image; the results are added.
   *
   * @param x [tokens, dim]
   * @param bias F32, [1, 1, text keys], or null
   * @param image null in models without an image branch
   * @return [tokens, dim]
   */
  PendingProduct forward(Ops ops, Tensor x, KeyValue text, Tensor bias, KeyValue image) {
    try (var scope = ops.scope(name)) {
      Tensor query = ops.tap("norm_q", normalised(ops, x, toQ, normQ));
      Tensor attended = attention(ops, query, text, bias);
      if (image != null) {
        ops.addInPlace(attended, attention(ops, query, image, null));
      }
      return scope.hold(toOut.product(ops, attended));
    }
  }

  /** Writes keys and values of the text, [text tokens, dim], to {@code out}. */
  void prepareText(Ops ops, Tensor text, KeyValue out) {
    try (var _ = ops.scope(name)) {
      ops.copyInto(out.key(), normalised(ops, text, toK, normK));
      ops.copyInto(out.value(), toV.forward(ops, text));
    }
  }

  /** Writes keys and values of the image, [image tokens, dim], to {@code out}. */
  void prepareImage(Ops ops, Tensor image, KeyValue out) {
    try (var _ = ops.scope(name)) {
      ops.copyInto(out.key(), normalised(ops, image, addKProj, normAddedK));
      ops.copyInto(out.value(), addVProj.forward(ops, image));
    }
  }

  private static Tensor normalised(Ops ops, Tensor x, Linear projection, RmsNorm norm) {
    try (var scope = ops.scope()) {
      return scope.keep(norm.forward(ops, projection.forward(ops, x)));
    }
  }

  private Tensor attention(Ops ops, Tensor query, KeyValue to, Tensor bias) {
    float scale = (float) (1 / Math.sqrt((double) query.size(1) / heads));
    return ops.attention(query, to.key(), to.value(), heads, scale, bias);
  }
}
