package io.zoetrope.dit.wan;

import io.zoetrope.dit.KeyValue;
import io.zoetrope.nn.AdaLayerNorm;
import io.zoetrope.nn.FeedForward;
import io.zoetrope.nn.LayerNorm;
import io.zoetrope.nn.Modulation;
import io.zoetrope.nn.TokenTimesteps;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * One layer of the transformer ({@code WanTransformerBlock} in diffusers).
 *
 * @param name of its scope
 * @param index its place among all blocks, those of a control branch behind the others
 * @param norm2 null where the configuration has no {@code cross_attn_norm}
 * @param scaleShiftTable [6, dim]: the part of the modulation that no timestep changes
 */
record WanBlock(
    String name,
    int index,
    AdaLayerNorm norm1,
    WanAttention attn1,
    LayerNorm norm2,
    WanAttention attn2,
    AdaLayerNorm norm3,
    FeedForward ffn,
    Tensor scaleShiftTable) {

  static WanBlock load(Weights transformer, WanConfig config, int index) {
    return load(transformer.at("blocks").at(index), config, "blocks." + index, index);
  }

  /** Reads the weights of a block that lie below a place of their own. */
  static WanBlock load(Weights weights, WanConfig config, String name, int index) {
    Weights exact = weights.roundedTo(DType.F32);
    long dim = config.innerDim();
    return new WanBlock(
        name,
        index,
        new AdaLayerNorm("norm1", config.eps()),
        WanAttention.load(weights, "attn1", config, false),
        config.crossAttnNorm() ? LayerNorm.load(exact.at("norm2"), dim, config.eps()) : null,
        WanAttention.load(weights, "attn2", config, config.imageDim().isPresent()),
        new AdaLayerNorm("norm3", config.eps()),
        FeedForward.load(weights, "ffn", dim, config.ffnDim(), dim, Activation.GELU_TANH),
        exact.get("scale_shift_table", 1, Modulation.ROWS, dim).reshape(Modulation.ROWS, dim));
  }

  /**
   * Updates the tokens. Each step has a scope, so that its intermediates are gone before the next
   * one: what is alive at the most is {@code x}, its norm and the hidden layer of the feed-forward.
   *
   * @param x [tokens, dim], changed in place
   */
  void forward(
      Ops ops, Tensor x, TimeTextImageEmbedding.Time time, TextContext context, WanRope rope) {
    try (var _ = ops.scope(name)) {
      Tensor table = ops.cast(scaleShiftTable, DType.F32);
      Modulation mod = Modulation.of(ops.add(time.timestepProj(), table));
      TokenTimesteps timesteps = time.timesteps();

      // 1. x = x + gate * attn1(norm1(x)): self-attention over all video tokens
      try (var _ = ops.scope()) {
        Tensor h = norm1.forward(ops, x, mod.shiftMsa(), mod.scaleMsa(), timesteps);
        ops.addGatedInPlace(x, attn1.forward(ops, h, rope), timesteps.spread(ops, mod.gateMsa()));
      }

      // 2. x = x + attn2(norm2(x)): attention to text and image, neither modulated nor rotated
      try (var _ = ops.scope()) {
        Tensor h = ops.tapOperand("norm2", norm2 == null ? x : norm2.forward(ops, x));
        KeyValue text = context.text(index);
        ops.addInPlace(x, attn2.forward(ops, h, text, context.bias(), context.image(index)));
      }

      // 3. x = x + gate * ffn(norm3(x))
      try (var _ = ops.scope()) {
        Tensor h = norm3.forward(ops, x, mod.shiftMlp(), mod.scaleMlp(), timesteps);
        ops.addGatedInPlace(x, ffn.product(ops, h), timesteps.spread(ops, mod.gateMlp()));
      }
    }
    ops.tap(name, x);
  }

  /** Computes this block's keys and values of the text. */
  void prepareText(Ops ops, Tensor text, TextContext out) {
    try (var _ = ops.scope(name)) {
      attn2.prepareText(ops, text, out.text(index));
    }
  }

  /** Computes this block's part of the keys and values of pictures in all blocks. */
  void prepareImage(Ops ops, Tensor image, Tensor out) {
    try (var _ = ops.scope(name)) {
      attn2.prepareImage(ops, image, TextContext.keyValue(out, index));
    }
  }
}
