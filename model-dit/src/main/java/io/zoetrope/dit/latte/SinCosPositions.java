package io.zoetrope.dit.latte;

import io.zoetrope.nn.PatchGrid;
import io.zoetrope.tensor.Tensor;

/**
 * Positions as sines and cosines that are added to tokens (Vaswani et al., 2017, section 3.5;
 * {@code get_2d_sincos_pos_embed} and {@code get_1d_sincos_pos_embed_from_grid} in diffusers).
 * Angles are in double precision, tables F32 in host memory.
 */
final class SinCosPositions {
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
  static Tensor ofFrame(PatchGrid grid, int dim, int base, int interpolationScale) {
    int rows = grid.height();
    int columns = grid.width();
    float[] table = new float[rows * columns * dim];
    for (int i = 0; i < rows * columns; i++) {
      float column = position(i % columns, columns, base, interpolationScale);
      float row = position(i / columns, rows, base, interpolationScale);
      write(table, i * dim, dim / 2, column);
      write(table, i * dim + dim / 2, dim / 2, row);
    }
    return Tensor.of(table, (long) rows * columns, dim);
  }

  /** Rounded as float32 tensors are. */
  private static float position(int index, int count, int base, int interpolationScale) {
    return index / (float) ((double) count / base) / interpolationScale;
  }

  /** Positions in time: [frames, dim]. */
  static Tensor ofFrames(int frames, int dim) {
    float[] table = new float[frames * dim];
    for (int i = 0; i < frames; i++) {
      write(table, i * dim, dim, i);
    }
    return Tensor.of(table, frames, dim);
  }

  /** Writes so many channels of a position: sines, then cosines. */
  private static void write(float[] table, int start, int channels, double position) {
    int half = channels / 2;
    for (int i = 0; i < half; i++) {
      double angle = position / Math.pow(LARGEST_PERIOD, i / (channels / 2.0));
      table[start + i] = (float) Math.sin(angle);
      table[start + half + i] = (float) Math.cos(angle);
    }
  }
}
