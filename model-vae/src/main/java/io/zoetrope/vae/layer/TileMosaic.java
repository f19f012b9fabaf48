package io.zoetrope.vae.layer;

import io.zoetrope.ops.Buffers;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Tiles of a video that fade into their neighbours above and to the left ({@code blend_v}, {@code
 * blend_h} in diffusers). Holds all tiles with all their frames.
 */
public final class TileMosaic implements AutoCloseable {
  private static final int VERTICAL = 1;
  private static final int HORIZONTAL = 2;

  private final Ops ops;
  private final Tiling tiling;
  private final Buffers buffers;
  private final List<List<Tensor>> rows = new ArrayList<>();

  /** An empty mosaic of tiles of at most these sizes. */
  public TileMosaic(Ops ops, Tiling tiling) {
    this.ops = ops;
    this.tiling = tiling;
    this.buffers = ops.buffers("tiles");
  }

  /** Memory for a tile, [frames, height, width, channels], which lives as long as the mosaic. */
  public Tensor allocate(DType dtype, long frames, long height, long width, long channels) {
    return buffers.allocate(dtype, Shape.of(frames, height, width, channels));
  }

  /**
   * Adds a complete tile behind the last one and fades its edges in place.
   *
   * @param tile from {@link #allocate}
   * @param startsRow whether it is the leftmost of a row
   */
  public void add(Tensor tile, boolean startsRow) {
    if (startsRow) {
      rows.add(new ArrayList<>());
    }
    List<Tensor> row = rows.getLast();
    if (rows.size() > 1) {
      Tensor above = rows.get(rows.size() - 2).get(row.size());
      fade(above, tile, VERTICAL, tiling.tileHeight() - tiling.strideHeight());
    }
    if (!row.isEmpty()) {
      fade(row.getLast(), tile, HORIZONTAL, tiling.tileWidth() - tiling.strideWidth());
    }
    row.add(tile);
  }

  /** The weight of {@code to} rises from 0 over the first pixels, that of {@code from} falls. */
  private void fade(Tensor from, Tensor to, int dimension, int overlap) {
    int extent = (int) Math.min(overlap, Math.min(from.size(dimension), to.size(dimension)));
    if (extent == 0) {
      return;
    }
    Tensor out = to.narrow(dimension, 0, extent);
    Shape shape =
        dimension == VERTICAL
            ? Shape.of(extent, out.size(2), out.size(3))
            : Shape.of(extent, out.size(3));
    int repeats = Math.toIntExact(shape.count() / extent);
    float[] rising = new float[extent * repeats];
    float[] falling = new float[extent * repeats];
    for (int i = 0; i < rising.length; i++) {
      double share = (double) (i / repeats) / extent;
      rising[i] = (float) share;
      falling[i] = (float) (1 - share);
    }
    try (var _ = ops.scope("fade")) {
      Tensor before = ops.copy(from.narrow(dimension, from.size(dimension) - extent, extent));
      Tensor sum = ops.multiply(before, ops.upload(Tensor.of(falling, shape.sizes())));
      ops.addInPlace(
          sum, ops.multiply(ops.copy(out), ops.upload(Tensor.of(rising, shape.sizes()))));
      ops.copyInto(out, sum);
    }
  }

  /** Shape of some frames of the whole picture. */
  public Shape shape(long frames) {
    long height = rows.stream().mapToLong(row -> shownHeight(row.getFirst())).sum();
    long width = rows.getFirst().stream().mapToLong(this::shownWidth).sum();
    return Shape.of(frames, height, width, rows.getFirst().getFirst().size(3));
  }

  /** Frames of the whole picture, in the current scope: [count, height, width, channels]. */
  public Tensor frames(long start, long count) {
    Tensor out = ops.allocate(rows.getFirst().getFirst().dtype(), shape(count));
    long top = 0;
    for (List<Tensor> row : rows) {
      long height = shownHeight(row.getFirst());
      long left = 0;
      for (Tensor tile : row) {
        long width = shownWidth(tile);
        ops.copyInto(
            out.narrow(VERTICAL, top, height).narrow(HORIZONTAL, left, width),
            tile.narrow(0, start, count).narrow(VERTICAL, 0, height).narrow(HORIZONTAL, 0, width));
        left += width;
      }
      top += height;
    }
    return out;
  }

  private long shownHeight(Tensor tile) {
    return Math.min(tile.size(VERTICAL), tiling.strideHeight());
  }

  private long shownWidth(Tensor tile) {
    return Math.min(tile.size(HORIZONTAL), tiling.strideWidth());
  }

  /** Releases all tiles. */
  @Override
  public void close() {
    buffers.close();
  }
}
