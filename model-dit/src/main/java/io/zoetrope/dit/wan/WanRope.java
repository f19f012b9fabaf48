package io.zoetrope.dit.wan;

import io.zoetrope.nn.PatchGrid;
import io.zoetrope.nn.RmsNorm;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;

/**
 * Rotary position embedding over frames, rows and columns: every head is cut into three parts, and
 * each is rotated by the position along one axis ({@code WanRotaryPosEmbed} in diffusers; RoPE: Su
 * et al., 2021, section 3.2).
 *
 * @param grid the patches that the tables are for
 * @param cos F32, [tokens, head dim / 2]
 * @param sin F32, [tokens, head dim / 2]
 */
public record WanRope(PatchGrid grid, Tensor cos, Tensor sin) {
  private static final double THETA = 10000;

  /**
   * Computes the tables in double precision and uploads them as F32 into the current scope. They
   * serve all steps, and all prompts, of one size.
   *
   * @param headDim even
   */
  public static WanRope of(Ops ops, int headDim, PatchGrid grid) {
    int spatialDim = headDim / 6 * 2;
    Axis frames = Axis.of(grid.frames(), headDim - 2 * spatialDim);
    Axis rows = Axis.of(grid.height(), spatialDim);
    Axis columns = Axis.of(grid.width(), spatialDim);

    int pairs = headDim / 2;
    float[] cos = new float[Math.multiplyExact(grid.tokens(), pairs)];
    float[] sin = new float[cos.length];
    int position = 0;
    for (int frame = 0; frame < grid.frames(); frame++) {
      for (int row = 0; row < grid.height(); row++) {
        for (int column = 0; column < grid.width(); column++) {
          position = frames.write(frame, cos, sin, position);
          position = rows.write(row, cos, sin, position);
          position = columns.write(column, cos, sin, position);
        }
      }
    }
    return new WanRope(
        grid,
        ops.upload(Tensor.of(cos, grid.tokens(), pairs)),
        ops.upload(Tensor.of(sin, grid.tokens(), pairs)));
  }

  /** Rotates the heads of queries or keys, [tokens, heads * head dim], in place. */
  public void rotate(Ops ops, Tensor x, int heads) {
    ops.ropeInPlace(x, cos, sin, heads);
  }

  /**
   * Rotates as {@link #rotate} does, after a norm over all heads together.
   *
   * @param name of the norm
   */
  void rotateNormalised(Ops ops, String name, Tensor x, RmsNorm norm, int heads) {
    try (var _ = ops.scope(name)) {
      ops.rmsNormRopeInPlace(x, norm.weight(), norm.eps(), cos, sin, heads);
    }
  }

  /** Cosines and sines of one axis, [positions, pairs]. */
  private record Axis(int pairs, float[] cos, float[] sin) {
    static Axis of(int positions, int dim) {
      int pairs = dim / 2;
      Axis axis = new Axis(pairs, new float[positions * pairs], new float[positions * pairs]);
      for (int i = 0; i < axis.cos.length; i++) {
        double frequency = 1 / Math.pow(THETA, 2.0 * (i % pairs) / dim);
        double angle = i / pairs * frequency;
        axis.cos[i] = (float) Math.cos(angle);
        axis.sin[i] = (float) Math.sin(angle);
      }
      return axis;
    }

    /** Appends the row of a position to the tables; returns the end. */
    int write(int position, float[] cosines, float[] sines, int start) {
      System.arraycopy(cos, position * pairs, cosines, start, pairs);
      System.arraycopy(sin, position * pairs, sines, start, pairs);
      return start + pairs;
    }
  }
}
