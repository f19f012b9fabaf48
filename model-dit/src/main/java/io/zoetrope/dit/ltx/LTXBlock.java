package io.zoetrope.dit.ltx;

import io.zoetrope.dit.KeyValue;
import io.zoetrope.nn.AdaLayerNormSingle;
import io.zoetrope.nn.AdaRmsNorm;
import io.zoetrope.nn.FeedForward;
import io.zoetrope.nn.Modulation;
import io.zoetrope.nn.TokenTimesteps;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * One layer of the transformer ({@code LTXVideoTransformerBlock} in diffusers).
 *
 * @param name of its scope
 * @param norm2 in front of the feed-forward; what attends to the text has no norm
 * @param scaleShiftTable [6, dim]: the part of the modulation that no timestep changes
 */
record LTXBlock(
    String name,
    AdaRmsNorm norm1,
    LTXAttention attn1,
    LTXAttention attn2,
    AdaRmsNorm norm2,
    FeedForward ff,
    Tensor scaleShiftTable) {
  /** Width of the feed-forward inside, in widths of the block. */
  private static final int FEED_FORWARD = 4;

  static LTXBlock load(Weights transformer, LTXConfig config, int index) {
    Weights weights = transformer.at("transformer_blocks").at(index);
    long dim = config.innerDim();
    return new LTXBlock(
        "transformer_blocks." + index,
        new AdaRmsNorm("norm1", config.normEps()),
        LTXAttention.load(weights, "attn1", config),
        LTXAttention.load(weights, "attn2", config),
        new AdaRmsNorm("norm2", config.normEps()),
        FeedForward.load(weights, "ff", dim, FEED_FORWARD * dim, dim, config.activation()),
        weights.roundedTo(DType.F32).get("scale_shift_table", Modulation.ROWS, dim));
  }

  /**
   * Updates the tokens.
   *
   * @param x [tokens, dim], changed in place
   * @param time what the timesteps are to all blocks
   * @param text keys and values of the prompt
   */
  void forward(Ops ops, Tensor x, AdaLayerNormSingle.Time time, KeyValue text, LTXRope rope) {
    try (var _ = ops.scope(name)) {
      Tensor table = ops.cast(scaleShiftTable, DType.F32);
      Modulation mod = Modulation.of(ops.add(time.modulation(), table));
      TokenTimesteps timesteps = time.timesteps();

      // 1. x = x + gate * attn1(norm1(x)): self-attention over all video tokens
      try (var _ = ops.scope()) {
        Tensor h = norm1.forward(ops, x, mod.shiftMsa(), mod.scaleMsa(), timesteps);
        ops.addGatedInPlace(x, attn1.forward(ops, h, rope), timesteps.spread(ops, mod.gateMsa()));
      }

      // 2. x = x + attn2(x): attention to the text
      ops.addInPlace(x, attn2.forward(ops, x, text));

      // 3. x = x + gate * ff(norm2(x))
      try (var _ = ops.scope()) {
        Tensor h = norm2.forward(ops, x, mod.shiftMlp(), mod.scaleMlp(), timesteps);
        ops.addGatedInPlace(x, ff.product(ops, h), timesteps.spread(ops, mod.gateMlp()));
      }
    }
    ops.tap(name, x);
  }

  /** Computes this block's keys and values of the text. */
  void prepareText(Ops ops, Tensor text, KeyValue out) {
    try (var _ = ops.scope(name)) {
      attn2.prepareText(ops, text, out);
    }
  }
}
