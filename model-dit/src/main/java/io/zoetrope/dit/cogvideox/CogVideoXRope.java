package io.zoetrope.dit.cogvideox;

import io.zoetrope.dit.RopeTables;
import io.zoetrope.dit.RopeTables.Axis;
import io.zoetrope.nn.PatchGrid;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;

/**
 * Rotary positions of the video's tokens: a quarter of every head turns with the frame, three
 * eighths each with the row and the column ({@code get_3d_rotary_pos_embed} in diffusers; RoPE: Su
 * et al., 2021). In float32 where diffusers' tensors are.
 *
 * @param cos F32, [video tokens, head dim / 2]
 * @param sin F32, [video tokens, head dim / 2]
 */
public record CogVideoXRope(Tensor cos, Tensor sin) {
  private static final double THETA = 10000;

  /**
   * Positions that lie in those of a frame of the trained size, as large in it as their shape
   * allows: any size has them ({@code grid_type} "linspace", with {@code
   * get_resize_crop_region_for_grid}).
   *
   * @param baseHeight patches in a column of the frames that the model was trained with
   * @param baseWidth patches in a row of them
   */
  public static CogVideoXRope within(
      Ops ops, int headDim, PatchGrid grid, int baseHeight, int baseWidth) {
    double height = baseHeight;
    double width = baseWidth;
    if ((double) grid.height() / grid.width() > height / width) {
      width = Math.rint(height / grid.height() * grid.width());
    } else {
      height = Math.rint(width / grid.width() * grid.height());
    }
    double top = Math.rint((baseHeight - height) / 2);
    double left = Math.rint((baseWidth - width) / 2);
    int frames = grid.frames();
    return of(
        ops,
        headDim,
        grid,
        linspace(0, (double) frames * (frames - 1) / frames, frames),
        part(top, top + height, grid.height()),
        part(left, left + width, grid.width()));
  }

  /** Positions that count patches ({@code grid_type} "slice"). */
  public static CogVideoXRope counting(Ops ops, int headDim, PatchGrid grid) {
    return of(
        ops,
        headDim,
        grid,
        counting(grid.frames()),
        counting(grid.height()),
        counting(grid.width()));
  }

  private static float[] part(double start, double stop, int count) {
    return linspace(start, stop * (count - 1) / count, count);
  }

  private static float[] counting(int count) {
    return linspace(0, count - 1.0, count);
  }

  /** torch's: from both ends to the middle. */
  private static float[] linspace(double start, double end, int count) {
    float first = (float) start;
    float last = (float) end;
    float step = count > 1 ? (last - first) / (count - 1) : 0;
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i < count / 2 || count == 1 ? first + step * i : last - step * (count - 1 - i);
    }
    return values;
  }

  private static CogVideoXRope of(
      Ops ops, int headDim, PatchGrid grid, float[] frames, float[] rows, float[] columns) {
    RopeTables tables =
        RopeTables.of(
            ops,
            grid,
            axis(frames, headDim / 4),
            axis(rows, headDim / 8 * 3),
            axis(columns, headDim / 8 * 3));
    return new CogVideoXRope(tables.cos(), tables.sin());
  }

  private static Axis axis(float[] positions, int dim) {
    float[] frequencies = new float[dim / 2];
    for (int pair = 0; pair < frequencies.length; pair++) {
      frequencies[pair] = 1 / (float) Math.pow(THETA, 2f * pair / dim);
    }
    return Axis.of(
        positions.length,
        frequencies.length,
        (position, pair) -> positions[position] * frequencies[pair]);
  }
}
