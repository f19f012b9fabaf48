package io.zoetrope.dit;

import io.zoetrope.nn.PatchGrid;
import io.zoetrope.tensor.Tensor;
import java.util.function.IntToDoubleFunction;

/**
 * Positions as sines and cosines that are added to tokens (Vaswani et al., 2017, section 3.5;
 * {@code get_2d_sincos_pos_embed}, {@code get_3d_sincos_pos_embed} and {@code
 * get_1d_sincos_pos_embed_from_grid} in diffusers). Angles are in double precision, tables F32 in
 * host memory.
 */
public final class SinCosPositions {
  private static final double LARGEST_PERIOD = 10000;

  private SinCosPositions() {}

  /**
   * Positions in a frame: a half of the channels for the column, the other for the row.
   *
   * @param base patches along a side that the model was trained with: any other number of patches
   *     is spread over as wide a range
   * @param interpolationScale what positions are divided by
   * @return [rows * columns, dim]
   */
  public static Tensor ofFrame(PatchGrid grid, int dim, int base, int interpolationScale) {
    Axis columns =
        Axis.of(
            grid.width(),
            dim / 2,
            i -> i / (float) ((double) grid.width() / base) / interpolationScale);
    Axis rows =
        Axis.of(
            grid.height(),
            dim / 2,
            i -> i / (float) ((double) grid.height() / base) / interpolationScale);
    return table(new PatchGrid(1, grid.height(), grid.width()), dim, Axis.NONE, columns, rows);
  }

  /** Positions in time: [frames, dim]. */
  public static Tensor ofFrames(int frames, int dim) {
    Axis axis = Axis.of(frames, dim, i -> i);
    return table(new PatchGrid(frames, 1, 1), dim, axis, Axis.NONE, Axis.NONE);
  }

  /**
   * Positions in a video: a quarter of the channels for the frame, and one half of the rest each
   * for the column and the row.
   *
   * @param dim a multiple of 16
   * @param spatialScale what rows and columns are divided by
   * @param temporalScale what frames are divided by
   * @return [tokens, dim]
   */
  public static Tensor ofVideo(PatchGrid grid, int dim, double spatialScale, double temporalScale) {
    int spatialDim = 3 * dim / 4;
    Axis frames = Axis.of(grid.frames(), dim / 4, i -> i / (float) temporalScale);
    Axis columns = Axis.of(grid.width(), spatialDim / 2, i -> i / (float) spatialScale);
    Axis rows = Axis.of(grid.height(), spatialDim / 2, i -> i / (float) spatialScale);
    return table(grid, dim, frames, columns, rows);
  }

  private static Tensor table(PatchGrid grid, int dim, Axis frames, Axis columns, Axis rows) {
    float[] table = new float[Math.multiplyExact(grid.tokens(), dim)];
    int end = 0;
    for (int frame = 0; frame < grid.frames(); frame++) {
      for (int row = 0; row < grid.height(); row++) {
        for (int column = 0; column < grid.width(); column++) {
          end = frames.write(frame, table, end);
          end = columns.write(column, table, end);
          end = rows.write(row, table, end);
        }
      }
    }
    return Tensor.of(table, grid.tokens(), dim);
  }

  /**
   * The channels of one axis: sines, then cosines.
   *
   * @param values [positions, channels]
   */
  private record Axis(int channels, float[] values) {
    /** An axis that nothing is said of. */
    static final Axis NONE = new Axis(0, new float[0]);

    /**
     * Computes the positions of an axis.
     *
     * @param position of an index, rounded as float32 tensors are
     */
    static Axis of(int count, int channels, IntToDoubleFunction position) {
      float[] values = new float[count * channels];
      int half = channels / 2;
      for (int i = 0; i < count; i++) {
        for (int k = 0; k < half; k++) {
          double frequency = Math.pow(LARGEST_PERIOD, k / (channels / 2.0));
          double angle = position.applyAsDouble(i) / frequency;
          values[i * channels + k] = (float) Math.sin(angle);
          values[i * channels + half + k] = (float) Math.cos(angle);
        }
      }
      return new Axis(channels, values);
    }

    /** Appends a position to a table; returns the end. */
    int write(int index, float[] table, int start) {
      System.arraycopy(values, index * channels, table, start, channels);
      return start + channels;
    }
  }
}
