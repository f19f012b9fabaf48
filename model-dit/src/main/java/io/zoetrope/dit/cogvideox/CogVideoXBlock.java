package io.zoetrope.dit.cogvideox;

import io.zoetrope.dit.cogvideox.CogVideoXLayerNormZero.Modulated;
import io.zoetrope.nn.FeedForward;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * One layer of the transformer ({@code CogVideoXBlock} in diffusers).
 *
 * @param name of its scope
 */
record CogVideoXBlock(
    String name,
    CogVideoXLayerNormZero norm1,
    CogVideoXAttention attn1,
    CogVideoXLayerNormZero norm2,
    FeedForward ff) {
  private static final String GROUP = "transformer_blocks";

  /** Width of the feed-forward inside, in widths of the block. */
  private static final int FEED_FORWARD = 4;

  static CogVideoXBlock load(Weights transformer, CogVideoXConfig config, int index) {
    Weights weights = transformer.at(GROUP).at(index);
    long dim = config.innerDim();
    return new CogVideoXBlock(
        GROUP + "." + index,
        CogVideoXLayerNormZero.load(weights, "norm1", config),
        CogVideoXAttention.load(weights, config),
        CogVideoXLayerNormZero.load(weights, "norm2", config),
        FeedForward.load(weights, "ff", dim, FEED_FORWARD * dim, dim, config.activation()));
  }

  /**
   * Updates the tokens.
   *
   * @param x changed in place
   * @param time F32, [1, time embed dim]: the activated embedding of the timestep
   * @param rope null for models whose positions were added to the tokens
   */
  void forward(Ops ops, JointTokens x, Tensor time, CogVideoXRope rope) {
    try (var _ = ops.scope(name)) {
      // 1. x = x + gate * attn1(norm1(x)): text and video attend to each other
      try (var _ = ops.scope()) {
        Modulated h = norm1.forward(ops, x, time);
        JointTokens attended = attn1.forward(ops, h.tokens(), rope);
        ops.addGatedInPlace(x.video(), attn1.product(ops, attended.video()), h.videoGate());
        ops.addGatedInPlace(x.text(), attn1.product(ops, attended.text()), h.textGate());
      }

      // 2. x = x + gate * ff(norm2(x))
      try (var _ = ops.scope()) {
        Modulated h = norm2.forward(ops, x, time);
        ops.addGatedInPlace(x.video(), ff.product(ops, h.tokens().video()), h.videoGate());
        ops.addGatedInPlace(x.text(), ff.product(ops, h.tokens().text()), h.textGate());
      }
    }
    x.tap(ops, name);
  }
}
