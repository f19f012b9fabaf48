package io.zoetrope.vae.layer;

/**
 * How a picture is cut into overlapping tiles, which are decoded or encoded one after the other and
 * blended where they overlap: less memory for the same picture, but for faint differences.
 *
 * <p>Sizes are pixels of the video. Only when encoding a video that is patchified they are pixels
 * of that, as in diffusers.
 *
 * @param tileHeight rows of a tile ({@code tile_sample_min_height} in diffusers)
 * @param tileWidth columns of a tile
 * @param strideHeight rows from a tile to the next ({@code tile_sample_stride_height})
 * @param strideWidth columns from a tile to the next
 */
public record Tiling(int tileHeight, int tileWidth, int strideHeight, int strideWidth) {
  /** The sizes that diffusers starts from. */
  public static final Tiling DEFAULT = new Tiling(256, 256, 192, 192);

  /** Checks that tiles leave no gap. */
  public Tiling {
    if (strideHeight < 1
        || strideWidth < 1
        || strideHeight > tileHeight
        || strideWidth > tileWidth) {
      throw new IllegalArgumentException(
          "tiles of %d x %d every %d x %d pixels: strides must be from 1 to the tile's size"
              .formatted(tileWidth, tileHeight, strideWidth, strideHeight));
    }
  }

  /** Whether a picture of this size needs more than one tile. */
  public boolean splits(long height, long width) {
    return height > tileHeight || width > tileWidth;
  }

  /** The same tiles in larger units. */
  public Tiling dividedBy(int factor) {
    for (int size : new int[] {tileHeight, tileWidth, strideHeight, strideWidth}) {
      if (size % factor != 0) {
        throw new IllegalArgumentException(
            "tiles of %d x %d every %d x %d pixels: sizes must be multiples of %d"
                .formatted(tileWidth, tileHeight, strideWidth, strideHeight, factor));
      }
    }
    return new Tiling(
        tileHeight / factor, tileWidth / factor, strideHeight / factor, strideWidth / factor);
  }

  /** Does something with each tile of a picture, in rows from the top left. */
  public void forEachTile(long height, long width, TileVisitor visitor) {
    for (long top = 0; top < height; top += strideHeight) {
      for (long left = 0; left < width; left += strideWidth) {
        visitor.visit(
            top, left, Math.min(tileHeight, height - top), Math.min(tileWidth, width - left));
      }
    }
  }

  /** Takes the place and size of a tile. */
  public interface TileVisitor {
    /** Visits the tile of so many rows and columns from a row and a column on. */
    void visit(long top, long left, long height, long width);
  }
}
