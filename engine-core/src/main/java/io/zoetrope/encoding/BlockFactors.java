package io.zoetrope.encoding;

import java.lang.foreign.MemorySegment;

/**
 * Multiplies each block of neighbours in a row with a factor of its own, which a byte stands for.
 * The bytes lie as NVIDIA's matrix units read them, tile by tile of 128 rows and 4 blocks; rows and
 * blocks that a tile lacks are filled up. They are read when they are needed: of a large matrix
 * there are megabytes. Source: "1D block scaling factors layout" in the manual of cuBLAS.
 *
 * @param codes the bytes of all tiles, one row of tiles after the other
 * @param numbers what each of the 256 codes stands for
 * @param block how many neighbours have one factor
 * @param columns elements of a row, whole blocks
 */
public record BlockFactors(StoredTensor codes, float[] numbers, int block, long columns)
    implements Adjusted.Adjustment {
  private static final int TILE_ROWS = 128;
  private static final int TILE_BLOCKS = 4;
  private static final int TILE = TILE_ROWS * TILE_BLOCKS;

  /** Rows of a tile that are so far apart are neighbours. */
  private static final int STRIDE = 32;

  /** How many codes a matrix has. */
  public static long count(long rows, long columns, int block) {
    return Math.ceilDiv(rows, TILE_ROWS) * Math.ceilDiv(columns / block, TILE_BLOCKS) * TILE;
  }

  @Override
  public void apply(long first, int count, float[] out) {
    byte[] tiles = new byte[Math.toIntExact(count(1, columns, block))];
    long read = -1;
    for (int i = 0; i < count; ) {
      long row = (first + i) / columns;
      long column = (first + i) % columns;
      if (row / TILE_ROWS != read) {
        read = row / TILE_ROWS;
        codes.bytes().read(read * tiles.length, MemorySegment.ofArray(tiles));
      }
      float factor = numbers[tiles[place((int) (row % TILE_ROWS), (int) (column / block))] & 0xFF];
      int end = (int) Math.min(count, i + block - column % block);
      for (; i < end; i++) {
        out[i] *= factor;
      }
    }
  }

  private static int place(int row, int blockOfRow) {
    return blockOfRow / TILE_BLOCKS * TILE
        + row % STRIDE * (TILE / STRIDE)
        + row / STRIDE * TILE_BLOCKS
        + blockOfRow % TILE_BLOCKS;
  }
}
