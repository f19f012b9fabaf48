package io.zoetrope.dit.wan;

import io.zoetrope.dit.RopeTables;
import io.zoetrope.dit.RopeTables.Axis;
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
    RopeTables tables =
        RopeTables.of(
            ops,
            grid,
            Axis.counting(grid.frames(), headDim - 2 * spatialDim, THETA),
            Axis.counting(grid.height(), spatialDim, THETA),
            Axis.counting(grid.width(), spatialDim, THETA));
    return new WanRope(grid, tables.cos(), tables.sin());
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
}
