package io.zoetrope.kernels.cpu.blocks;

import io.zoetrope.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** The results of a convolution cut in tiles, and these in blocks of tiles and output channels. */
public final class WinogradBlocks {
  /** The tiles of a block share what is read of the weight: as much as they can use. */
  private static final int MOST_TILES = 192;

  /** Fewer tiles would share too little of the weight: no block is made smaller than this. */
  private static final int ENOUGH_TILES = 48;

  /** Most bytes of transformed windows of the threads that share an L3 cache, and of their sums. */
  private static final int MOST_BYTES = 8 << 20;

  private final int tileColumns;
  private final int tilesOfFrame;
  private final int frames;
  private final int outChannels;
  private final int blockTiles;
  private final int tileBlocks;
  private final int blockChannels;
  private final int channelBlocks;

  /**
   * Neighbouring tiles of a frame, row after row, and some channels of the result.
   *
   * @param frame of the result
   * @param firstChannel the first one of a panel
   */
  public record Block(int frame, int firstTile, int tiles, int firstChannel, int channels) {}

  /**
   * Tiles of a block in one row of tiles.
   *
   * @param firstTile counted in the block
   * @param firstColumn counted in the row
   */
  public record Run(int firstTile, int row, int firstColumn, int tiles) {}

  /**
   * Cuts a convolution.
   *
   * @param out [frames, height, width, channels]
   * @param channels of the input
   * @param panelWidth channels of the result that belong together
   */
  public WinogradBlocks(Shape out, int channels, int panelWidth, int threads) {
    frames = out.intSize(0);
    tileColumns = Math.ceilDiv(out.intSize(2), Winograd.TILE);
    tilesOfFrame = Math.ceilDiv(out.intSize(1), Winograd.TILE) * tileColumns;
    outChannels = out.intSize(3);
    int tileBytes = Winograd.POSITIONS * Math.max(channels, outChannels) * Float.BYTES;
    int mostTiles =
        Math.clamp(
            bytes(CacheSizes.ofThisMachine(), threads) / tileBytes, ENOUGH_TILES, MOST_TILES);
    tileBlocks = Math.ceilDiv(tilesOfFrame, mostTiles);
    blockTiles = tileBlocks == 0 ? 0 : Math.ceilDiv(tilesOfFrame, tileBlocks);
    // Blocks of other channels transform the same windows again, which costs less than smaller
    // ones.
    int parts = Math.ceilDiv(2 * threads, Math.max(1, frames * tileBlocks));
    int panels = Math.ceilDiv(outChannels, panelWidth);
    blockChannels = Math.ceilDiv(panels, Math.min(parts, panels)) * panelWidth;
    channelBlocks = Math.ceilDiv(outChannels, blockChannels);
  }

  /** A thread's share of a quarter of the L3 cache, for its windows and for its sums. */
  static long bytes(CacheSizes caches, int threads) {
    return Math.min(caches.lastLevel() / 4, MOST_BYTES) / Math.min(threads, caches.sharing());
  }

  /** Number of blocks; some may be empty. */
  public int count() {
    return frames * tileBlocks * channelBlocks;
  }

  /** Neighbours share windows. */
  public Block block(int task) {
    int firstChannel = task % channelBlocks * blockChannels;
    int rest = task / channelBlocks;
    int firstTile = rest % tileBlocks * blockTiles;
    return new Block(
        rest / tileBlocks,
        firstTile,
        Math.clamp(tilesOfFrame - firstTile, 0, blockTiles),
        firstChannel,
        Math.min(blockChannels, outChannels - firstChannel));
  }

  /** The tiles of a block, row by row. */
  public List<Run> runs(Block block) {
    List<Run> runs = new ArrayList<>();
    int end = block.firstTile() + block.tiles();
    for (int tile = block.firstTile(); tile < end; ) {
      int column = tile % tileColumns;
      int tiles = Math.min(tileColumns - column, end - tile);
      runs.add(new Run(tile - block.firstTile(), tile / tileColumns, column, tiles));
      tile += tiles;
    }
    return runs;
  }
}
