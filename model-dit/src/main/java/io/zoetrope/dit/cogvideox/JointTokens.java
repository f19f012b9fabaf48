package io.zoetrope.dit.cogvideox;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;

/**
 * Text and video as one sequence.
 *
 * @param all [text tokens + video tokens, dim], contiguous
 * @param textTokens how many stand in front
 */
record JointTokens(Tensor all, long textTokens) {
  /** The text's, [text tokens, dim]; a view. */
  Tensor text() {
    return all.narrow(0, 0, textTokens);
  }

  /** The video's, [video tokens, dim]; a view. */
  Tensor video() {
    return all.narrow(0, textTokens, all.size(0) - textTokens);
  }

  /** The same division of another sequence of as many tokens. */
  JointTokens with(Tensor other) {
    return new JointTokens(other, textTokens);
  }

  /**
   * Shows the video's as {@code name.0} and the text's as {@code name.1}, as blocks return them.
   */
  void tap(Ops ops, String name) {
    ops.tap(name + ".0", video());
    ops.tap(name + ".1", text());
  }
}
