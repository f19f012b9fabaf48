package io.zoetrope.dit.ltx;

import io.zoetrope.nn.RmsNorm;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;

/**
 * Rotary position embedding by where a token lies in seconds and pixels ({@code
 * LTXVideoRotaryPosEmbed} in diffusers; RoPE: Su et al., 2021, section 3.2). It acts on the
 * channels of all heads together: each frequency has a pair of channels for the time, one for the
 * row and one for the column, and what is left over in front is not rotated.
 *
 * @param cos F32, [tokens, dim / 2]
 * @param sin F32, [tokens, dim / 2]
 */
public record LTXRope(Tensor cos, Tensor sin) {
  private static final int AXES = 3;
  private static final double THETA = 10000;

  /** What coordinates are divided by: seconds, rows and columns. */
  private static final float[] BASES = {20, 2048, 2048};

  /**
   * Computes the tables and uploads them into the current scope. They serve all steps, and all
   * prompts, of one size. Angles reach 1.5e4, where a float32 is exact to 5e-4: they are computed
   * in float32, in the order of diffusers, whose models know no others.
   *
   * @param dim channels of all heads together, even
   * @param coordinates F32, [3, tokens], in host memory: seconds, row and column of pixels
   */
  public static LTXRope of(Ops ops, int dim, Tensor coordinates) {
    float[] places = coordinates.toFloats();
    int tokens = coordinates.intSize(1);
    float[] frequencies = frequencies(dim / (2 * AXES));
    int pairs = dim / 2;
    int unrotated = pairs - AXES * frequencies.length;
    float[] cos = new float[Math.multiplyExact(tokens, pairs)];
    float[] sin = new float[cos.length];
    for (int token = 0; token < tokens; token++) {
      for (int pair = 0; pair < pairs; pair++) {
        int rotated = pair - unrotated;
        float angle =
            rotated < 0
                ? 0
                : frequencies[rotated / AXES]
                    * turned(places[rotated % AXES * tokens + token] / BASES[rotated % AXES]);
        cos[token * pairs + pair] = (float) Math.cos(angle);
        sin[token * pairs + pair] = (float) Math.sin(angle);
      }
    }
    return new LTXRope(
        ops.upload(Tensor.of(cos, tokens, pairs)), ops.upload(Tensor.of(sin, tokens, pairs)));
  }

  /** From -1 to 1 instead of from 0 to 1. */
  private static float turned(float place) {
    return place * 2 - 1;
  }

  /** {@code theta^i * pi / 2} for as many i from 0 to 1, spaced as {@code torch.linspace} does. */
  private static float[] frequencies(int count) {
    float[] frequencies = new float[count];
    float step = 1f / (count - 1);
    for (int i = 0; i < count; i++) {
      float exponent = i < count / 2 ? step * i : 1 - step * (count - 1 - i);
      float power = (float) Math.pow(THETA, count == 1 ? 0 : exponent);
      frequencies[i] = power * (float) Math.PI / 2;
    }
    return frequencies;
  }

  /** Rotates queries or keys, [tokens, dim], in place. */
  public void rotate(Ops ops, Tensor x) {
    ops.ropeInPlace(x, cos, sin, 1);
  }

  /**
   * Rotates as {@link #rotate} does, after a norm.
   *
   * @param name of the norm
   */
  void rotateNormalised(Ops ops, String name, Tensor x, RmsNorm norm) {
    try (var _ = ops.scope(name)) {
      ops.rmsNormRopeInPlace(x, norm.weight(), norm.eps(), cos, sin, 1);
    }
  }
}
