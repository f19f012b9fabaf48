package io.zoetrope.dit.cogvideox;

import io.zoetrope.nn.Linear;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * The expert adaptive layer norm: text and video pass the same norm, and the timestep gives shift,
 * scale and gate to each of them (CogVideoX, section 2.2; {@code CogVideoXLayerNormZero} in
 * diffusers). Modulation is F32.
 *
 * @param name under which its results are shown
 */
record CogVideoXLayerNormZero(String name, Linear linear, ModulatedNorm norm) {
  /** Shift, scale and gate of the video, then those of the text. */
  private static final int ROWS = 6;

  /**
   * What comes of it.
   *
   * @param tokens modulated
   * @param videoGate F32, [dim]: of what the video's tokens are added to
   * @param textGate likewise
   */
  record Modulated(JointTokens tokens, Tensor videoGate, Tensor textGate) {}

  static CogVideoXLayerNormZero load(Weights block, String name, CogVideoXConfig config) {
    Weights weights = block.at(name);
    return new CogVideoXLayerNormZero(
        name,
        Linear.load(weights.at("linear"), config.timeEmbedDim(), ROWS * config.innerDim()),
        ModulatedNorm.load(block, name + ".norm", config));
  }

  /**
   * Normalises and modulates.
   *
   * @param x of the block
   * @param time F32, [1, time embed dim]: the activated embedding of the timestep
   */
  Modulated forward(Ops ops, JointTokens x, Tensor time) {
    Tensor rows = linear.forward(ops, time).reshape(ROWS, x.all().size(1));
    // All rows as those of the video; the text's, which are few, once more in their own way.
    JointTokens h = x.with(norm.forward(ops, x.all(), rows.select(0, 0), rows.select(0, 1)));
    try (var _ = ops.scope()) {
      Tensor text = norm.forward(ops, x.text(), rows.select(0, 3), rows.select(0, 4));
      ops.copyInto(h.text(), text);
    }
    h.tap(ops, name);
    ops.tap(name + ".2", rows.select(0, 2));
    ops.tap(name + ".3", rows.select(0, 5));
    return new Modulated(h, rows.select(0, 2), rows.select(0, 5));
  }
}
