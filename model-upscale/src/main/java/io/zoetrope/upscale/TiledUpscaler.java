package io.zoetrope.upscale;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;

/**
 * Enlarges pictures tile by tile, so that memory does not depend on their size. Each tile sees so
 * many pixels around it as have an effect on it, up to {@link #MOST_OVERLAP}; of what the network
 * makes, these are cut off again.
 *
 * @param network what enlarges
 * @param side pixels of a tile's side in the small picture, without what it sees around it; a
 *     multiple of {@link #UNIT}
 */
public record TiledUpscaler(Upscaler network, int side) {
  /** Sides of tiles are multiples of it, so that they are of the patches that networks read. */
  public static final int UNIT = 16;

  /** From here on pixels have next to no effect in networks that reach further. */
  public static final int MOST_OVERLAP = 16;

  private static final int HEIGHT = 1;
  private static final int WIDTH = 2;
  private static final int COLOURS = 3;

  /** Checks the tiles. */
  public TiledUpscaler {
    if (side < UNIT || side % UNIT != 0 || UNIT % network.multiple() != 0) {
      throw new IllegalArgumentException(
          "tiles of %d pixels: sides are multiples of %d".formatted(side, UNIT));
    }
  }

  private int overlap() {
    return Math.min(MOST_OVERLAP, Math.ceilDiv(network.reach(), UNIT) * UNIT);
  }

  /**
   * Enlarges a picture.
   *
   * @param picture F32, [1, height, width, 3], values from 0 to 1, on the device
   * @return F32, [1, height * scale, width * scale, 3], not limited to 0 to 1, in the current scope
   */
  public Tensor forward(Ops ops, Tensor picture) {
    int scale = network.scale();
    long height = picture.size(HEIGHT);
    long width = picture.size(WIDTH);
    Tensor out = ops.allocate(DType.F32, Shape.of(1, scale * height, scale * width, COLOURS));
    for (long top = 0; top < height; top += side) {
      for (long left = 0; left < width; left += side) {
        try (var _ = ops.scope("tile")) {
          Span rows = Span.of(top, height, side, overlap());
          Span columns = Span.of(left, width, side, overlap());
          Tensor seen =
              picture
                  .narrow(HEIGHT, rows.seenFrom, rows.seen)
                  .narrow(WIDTH, columns.seenFrom, columns.seen);
          Tensor enlarged = network.forward(ops, whole(ops, seen));
          ops.copyInto(
              out.narrow(HEIGHT, scale * top, scale * rows.kept)
                  .narrow(WIDTH, scale * left, scale * columns.kept),
              enlarged
                  .narrow(HEIGHT, scale * (top - rows.seenFrom), scale * rows.kept)
                  .narrow(WIDTH, scale * (left - columns.seenFrom), scale * columns.kept));
        }
      }
    }
    return out;
  }

  /**
   * Where a tile lies along a side of the picture.
   *
   * @param kept pixels that are the tile's own
   * @param seenFrom the first pixel that the network sees
   * @param seen how many it sees
   */
  private record Span(long kept, long seenFrom, long seen) {
    static Span of(long start, long length, long side, long overlap) {
      long end = Math.min(length, start + side);
      long from = Math.max(0, start - overlap);
      return new Span(end - start, from, Math.min(length, end + overlap) - from);
    }
  }

  /**
   * A contiguous copy in the network's dtype. Sides that are no multiples of the network's patches
   * are mirrored at the end, without the last pixel itself, as Real-ESRGAN does.
   */
  private Tensor whole(Ops ops, Tensor tile) {
    Tensor high = mirrored(ops, tile, HEIGHT);
    Tensor wide = mirrored(ops, high, WIDTH);
    Tensor whole = ops.allocate(network.dtype(), wide.shape());
    ops.copyInto(whole, wide);
    return whole;
  }

  private Tensor mirrored(Ops ops, Tensor tile, int dimension) {
    long length = tile.size(dimension);
    long multiple = network.multiple();
    long missing = Math.ceilDiv(length, multiple) * multiple - length;
    if (missing == 0) {
      return tile;
    }
    long[] sizes = tile.shape().sizes();
    sizes[dimension] += missing;
    Tensor longer = ops.allocate(tile.dtype(), Shape.of(sizes));
    ops.copyInto(longer.narrow(dimension, 0, length), tile);
    for (long i = 0; i < missing; i++) {
      ops.copyInto(
          longer.narrow(dimension, length + i, 1),
          tile.narrow(dimension, Math.max(0, length - 2 - i), 1));
    }
    return longer;
  }
}
