package io.zoetrope.kernels.cpu.blocks;

import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.tensor.Shape;

/**
 * A 3D convolution cut in blocks of pixels and output channels, and the window of the input that a
 * block needs of each kernel frame.
 */
public final class ConvolutionBlocks {
  /** Pixels of a block along a row. */
  private static final int COLUMNS = 48;

  /** Pixels of a block: enough to share what is done once for a part of the weight. */
  private static final int PIXELS = 96;

  /** Most bytes of a window: more rows than this holds are not used. */
  private static final int MOST_WINDOW_BYTES = 512 << 10;

  private final ConvGeometry geometry;
  private final int kernelHeight;
  private final int kernelWidth;
  private final int frames;
  private final int outHeight;
  private final int outWidth;
  private final int outChannels;
  private final int columnBlocks;
  private final int blockColumns;
  private final int rowBlocks;
  private final int blockRows;
  private final int channelBlocks;
  private final int blockChannels;

  /**
   * Pixels of a row and neighbouring rows of a frame, all blocks of the same channels.
   *
   * @param frame of the result
   * @param firstChannel the first one of a panel
   */
  public record Block(
      int frame,
      int firstRow,
      int firstColumn,
      int firstChannel,
      int height,
      int width,
      int channels) {}

  /**
   * Part of the input, after upsampling and before padding: positions may lie outside of it.
   *
   * @param frame of history and input together
   * @param bottom first row below
   * @param right first column behind
   */
  public record Window(int frame, int top, int bottom, int left, int right) {}

  /**
   * Cuts a convolution.
   *
   * @param out [frames, height, width, channels]
   * @param weight [out channels, in channels, kernel frames, kernel height, kernel width]
   * @param panelWidth channels of the result that belong together
   * @param windowElements most elements of a window, so that it fits the L2 cache
   */
  public ConvolutionBlocks(
      Shape out,
      Shape weight,
      ConvGeometry geometry,
      int panelWidth,
      int windowElements,
      int threads) {
    this.geometry = geometry;
    kernelHeight = weight.intSize(3);
    kernelWidth = weight.intSize(4);
    frames = out.intSize(0);
    outHeight = out.intSize(1);
    outWidth = out.intSize(2);
    outChannels = out.intSize(3);
    columnBlocks = Math.ceilDiv(outWidth, COLUMNS);
    blockColumns = Math.ceilDiv(outWidth, columnBlocks);
    int affordable = windowElements / (windowColumns() * weight.intSize(1));
    int rows = Math.max(1, (affordable - kernelHeight) / geometry.strideHeight() + 1);
    int wanted = Math.min(Math.min(rows, Math.ceilDiv(PIXELS, blockColumns)), outHeight);
    rowBlocks = Math.ceilDiv(outHeight, wanted);
    blockRows = Math.ceilDiv(outHeight, rowBlocks);
    int parts = Math.ceilDiv(2 * threads, frames * rowBlocks * columnBlocks);
    int panels = Math.ceilDiv(outChannels, panelWidth);
    blockChannels = Math.ceilDiv(panels, Math.min(parts, panels)) * panelWidth;
    channelBlocks = Math.ceilDiv(outChannels, blockChannels);
  }

  /** Bytes of a window that takes about half of the L2 cache. */
  public static int windowBytes() {
    return windowBytes(CacheSizes.ofThisMachine());
  }

  static int windowBytes(CacheSizes caches) {
    return (int) Math.min(caches.secondLevel() / 2, MOST_WINDOW_BYTES);
  }

  /** Number of blocks; some may be empty. */
  public int count() {
    return frames * rowBlocks * columnBlocks * channelBlocks;
  }

  /** Most pixels of a block along a row. */
  public int blockColumns() {
    return blockColumns;
  }

  /** Columns of the window of a largest block. */
  public int windowColumns() {
    return (blockColumns - 1) * geometry.strideWidth() + kernelWidth;
  }

  /** Rows of the window of a largest block. */
  public int windowRows() {
    return (blockRows - 1) * geometry.strideHeight() + kernelHeight;
  }

  /** Neighbours share pixels. */
  public Block block(int task) {
    int firstChannel = task % channelBlocks * blockChannels;
    int rest = task / channelBlocks;
    int firstColumn = rest % columnBlocks * blockColumns;
    rest /= columnBlocks;
    int firstRow = rest % rowBlocks * blockRows;
    return new Block(
        rest / rowBlocks,
        firstRow,
        firstColumn,
        firstChannel,
        Math.max(0, Math.min(blockRows, outHeight - firstRow)),
        Math.max(0, Math.min(blockColumns, outWidth - firstColumn)),
        Math.min(blockChannels, outChannels - firstChannel));
  }

  /**
   * What a block needs for a kernel frame.
   *
   * @return null if it is one of the zero frames in front
   */
  public Window window(Block block, int kernelFrame) {
    int frame = block.frame() * geometry.strideFrames() + kernelFrame - geometry.front();
    if (frame < 0) {
      return null;
    }
    int top = block.firstRow() * geometry.strideHeight() - geometry.top();
    int left = block.firstColumn() * geometry.strideWidth() - geometry.left();
    return new Window(
        frame,
        top,
        top + (block.height() - 1) * geometry.strideHeight() + kernelHeight,
        left,
        left + (block.width() - 1) * geometry.strideWidth() + kernelWidth);
  }
}
