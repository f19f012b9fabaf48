package io.zoetrope.dit.latte;

import io.zoetrope.dit.KeyValue;
import io.zoetrope.nn.AdaLayerNorm;
import io.zoetrope.nn.AdaLayerNormSingle;
import io.zoetrope.nn.FeedForward;
import io.zoetrope.nn.Modulation;
import io.zoetrope.nn.TokenTimesteps;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * One layer of the transformer, within frames or across them ({@code BasicTransformerBlock} with
 * {@code ada_norm_single} in diffusers).
 *
 * @param name of its scope
 * @param attn2 null in blocks across frames, which do not attend to the text
 * @param norm2 in front of the feed-forward; what attends to the text has no norm
 * @param scaleShiftTable [6, dim]: the part of the modulation that no timestep changes
 */
record LatteBlock(
    String name,
    AdaLayerNorm norm1,
    LatteAttention attn1,
    LatteAttention attn2,
    AdaLayerNorm norm2,
    FeedForward ff,
    Tensor scaleShiftTable) {
  /** Width of the feed-forward inside, in widths of the block. */
  private static final int FEED_FORWARD = 4;

  /** Reads a block that stands at a number below {@code group}. */
  static LatteBlock load(
      Weights transformer, LatteConfig config, String group, int index, boolean attendsToText) {
    Weights weights = transformer.at(group).at(index);
    long dim = config.innerDim();
    return new LatteBlock(
        group + "." + index,
        new AdaLayerNorm("norm1", config.normEps()),
        LatteAttention.load(weights, "attn1", config),
        attendsToText ? LatteAttention.load(weights, "attn2", config) : null,
        new AdaLayerNorm("norm2", config.normEps()),
        FeedForward.load(weights, "ff", dim, FEED_FORWARD * dim, dim, config.activation()),
        weights.roundedTo(DType.F32).get("scale_shift_table", Modulation.ROWS, dim));
  }

  /**
   * Updates the tokens.
   *
   * @param x [tokens, dim], changed in place
   * @param sequences which tokens attend to each other
   * @param time what the timestep is to all blocks
   * @param text keys and values of the prompt; null in blocks that do not attend to it
   */
  void forward(
      Ops ops, Tensor x, Sequences sequences, AdaLayerNormSingle.Time time, KeyValue text) {
    try (var _ = ops.scope(name)) {
      Tensor table = ops.cast(scaleShiftTable, DType.F32);
      Modulation mod = Modulation.of(ops.add(time.modulation(), table));
      TokenTimesteps timesteps = time.timesteps();

      // 1. x = x + gate * attn1(norm1(x)): within a frame, or across frames
      try (var _ = ops.scope()) {
        Tensor h = norm1.forward(ops, x, mod.shiftMsa(), mod.scaleMsa(), timesteps);
        Tensor gate = timesteps.spread(ops, mod.gateMsa());
        ops.addGatedInPlace(x, attn1.forward(ops, h, sequences), gate);
      }

      // 2. x = x + attn2(x): attention to the text
      if (attn2 != null) {
        ops.addInPlace(x, attn2.forward(ops, x, text));
      }

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
