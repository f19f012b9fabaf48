package io.zoetrope.dit.latte;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import java.util.Arrays;

/**
 * How tokens are divided into sequences, within which they attend to each other: the patches of a
 * frame, or the frames of a place. Short sequences are computed several at a time, with the scores
 * between them masked: that is exact, and as much work as one call of a useful size.
 *
 * @param length tokens of each sequence; one sequence follows the other
 * @param together how many are computed at a time, a divisor of their number
 * @param mask F32, [1, together * length, together * length]; null for one sequence at a time
 */
record Sequences(int length, int together, Tensor mask) {
  /** Tokens that short sequences may have together. */
  private static final int TOKENS_TOGETHER = 128;

  /** Score of a token that must not be seen: its weight becomes exactly 0. */
  private static final float MASKED = -1e30f;

  /** So many sequences of a length; the mask is in the current scope. */
  static Sequences of(Ops ops, int count, int length) {
    int together = Math.clamp(TOKENS_TOGETHER / length, 1, count);
    while (count % together != 0) {
      together--;
    }
    return new Sequences(length, together, together == 1 ? null : mask(ops, together, length));
  }

  private static Tensor mask(Ops ops, int together, int length) {
    int tokens = together * length;
    float[] mask = new float[tokens * tokens];
    Arrays.fill(mask, MASKED);
    for (int token = 0; token < tokens; token++) {
      int first = token * tokens + token / length * length;
      Arrays.fill(mask, first, first + length, 0);
    }
    return ops.upload(Tensor.of(mask, 1, tokens, tokens));
  }

  /** Attention within each sequence: all tensors are [tokens, heads * head dim]. */
  Tensor attention(Ops ops, Tensor q, Tensor k, Tensor v, int heads, float scale) {
    long rows = (long) together * length;
    Tensor out = ops.allocate(q.dtype(), q.shape());
    for (long row = 0; row < q.size(0); row += rows) {
      try (var _ = ops.scope()) {
        Tensor attended =
            ops.attention(
                q.narrow(0, row, rows),
                k.narrow(0, row, rows),
                v.narrow(0, row, rows),
                heads,
                scale,
                mask);
        ops.copyInto(out.narrow(0, row, rows), attended);
      }
    }
    return out;
  }
}
