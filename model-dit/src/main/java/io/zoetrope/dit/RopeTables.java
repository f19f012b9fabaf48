package io.zoetrope.dit;

import io.zoetrope.nn.PatchGrid;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;

/**
 * Cosines and sines of rotary positions in a video, of which every head has some pairs for the
 * frame, then some for the row, and some for the column (RoPE: Su et al., 2021, section 3.2).
 *
 * @param cos F32, [tokens, head dim / 2]
 * @param sin F32, [tokens, head dim / 2]
 */
public record RopeTables(Tensor cos, Tensor sin) {
  /** How far a pair of a head turns at a position. */
  @FunctionalInterface
  public interface Angle {
    /** The angle, in radians. */
    double of(int position, int pair);
  }

  /** The pairs of one axis: cosines and sines, [positions, pairs]. */
  public record Axis(int pairs, float[] cos, float[] sin) {
    /** Computes the cosines and sines of an axis. */
    public static Axis of(int positions, int pairs, Angle angle) {
      Axis axis = new Axis(pairs, new float[positions * pairs], new float[positions * pairs]);
      for (int i = 0; i < axis.cos.length; i++) {
        double turned = angle.of(i / pairs, i % pairs);
        axis.cos[i] = (float) Math.cos(turned);
        axis.sin[i] = (float) Math.sin(turned);
      }
      return axis;
    }

    /**
     * Positions that count, at frequencies from 1 down to almost {@code 1 / theta}, in double
     * precision ({@code get_1d_rotary_pos_embed} in diffusers).
     *
     * @param dim channels of a head that belong to the axis
     */
    public static Axis counting(int positions, int dim, double theta) {
      return of(
          positions,
          dim / 2,
          (position, pair) -> position * (1 / Math.pow(theta, 2.0 * pair / dim)));
    }

    /** Appends the row of a position to the tables; returns the end. */
    private int write(int position, float[] cosines, float[] sines, int start) {
      System.arraycopy(cos, position * pairs, cosines, start, pairs);
      System.arraycopy(sin, position * pairs, sines, start, pairs);
      return start + pairs;
    }
  }

  /**
   * The tables of a video, in the order of its tokens, uploaded into the current scope.
   *
   * @param frames of as many positions as the grid has
   * @param rows likewise
   * @param columns likewise
   */
  public static RopeTables of(Ops ops, PatchGrid grid, Axis frames, Axis rows, Axis columns) {
    int pairs = frames.pairs + rows.pairs + columns.pairs;
    float[] cos = new float[Math.multiplyExact(grid.tokens(), pairs)];
    float[] sin = new float[cos.length];
    int end = 0;
    for (int frame = 0; frame < grid.frames(); frame++) {
      for (int row = 0; row < grid.height(); row++) {
        for (int column = 0; column < grid.width(); column++) {
          end = frames.write(frame, cos, sin, end);
          end = rows.write(row, cos, sin, end);
          end = columns.write(column, cos, sin, end);
        }
      }
    }
    return new RopeTables(
        ops.upload(Tensor.of(cos, grid.tokens(), pairs)),
        ops.upload(Tensor.of(sin, grid.tokens(), pairs)));
  }
}
