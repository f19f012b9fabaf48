package io.zoetrope.t5;

import java.util.Arrays;

/**
 * An encoded text.
 *
 * @param ids as many as asked for: real tokens, then padding
 * @param length number of real tokens, at most {@code ids.length}
 */
public record TokenIds(int[] ids, int length) {
  /** 1 for each real token, 0 for padding. */
  public int[] attentionMask() {
    int[] mask = new int[ids.length];
    Arrays.fill(mask, 0, length, 1);
    return mask;
  }
}
