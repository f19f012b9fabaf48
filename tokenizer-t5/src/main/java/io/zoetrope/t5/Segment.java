package io.zoetrope.t5;

import java.util.function.UnaryOperator;

/**
 * A stretch of text on its way through a tokenizer.
 *
 * @param text no unpaired surrogates
 * @param startLength how many chars at its front came from the first character of the whole text
 */
record Segment(String text, int startLength) {
  static Segment whole(String text) {
    return new Segment(text, text.isEmpty() ? 0 : Character.charCount(text.codePointAt(0)));
  }

  /** {@code text[from, to)}. */
  Segment slice(int from, int to) {
    return new Segment(text.substring(from, to), Math.max(0, Math.min(startLength, to) - from));
  }

  Segment prepend(String prefix) {
    return new Segment(prefix + text, startLength == 0 ? 0 : prefix.length() + startLength);
  }

  /**
   * Rewrites the text character by character; what is left at the front counts as the first
   * character's even if that went.
   */
  Segment rewrite(UnaryOperator<String> operator) {
    String rewritten = operator.apply(text);
    int length =
        startLength == 0 ? 0 : Math.max(1, operator.apply(text.substring(0, startLength)).length());
    return new Segment(rewritten, Math.min(length, rewritten.length()));
  }
}
