package io.zoetrope.kernels.cpu.blocks;

/**
 * A matrix product cut in blocks of rows and columns that fit the L2 cache with what they are
 * computed from.
 */
public final class MatrixBlocks {
  private static final int ROWS = 192;
  private static final int COLUMNS = 256;

  /** Multiply-adds below which a task is not worth handing to another thread. */
  private static final long SMALLEST_TASK = 1 << 19;

  private final int rows;
  private final int columns;
  private final int rowBlocks;
  private final int blockRows;
  private final int columnBlocks;
  private final int blockColumns;

  /** One block; its first column is the first one of a panel. */
  public record Block(int firstRow, int firstColumn, int height, int width) {}

  /**
   * Cuts [rows x columns].
   *
   * @param depth of the product
   * @param panelWidth columns that belong together
   */
  public MatrixBlocks(int rows, int columns, int depth, int panelWidth, int threads) {
    this.rows = rows;
    this.columns = columns;
    rowBlocks = Math.ceilDiv(rows, ROWS);
    blockRows = Math.ceilDiv(rows, Math.max(1, rowBlocks));
    // Enough tasks that the last ones end together, but none too small.
    long largest = Math.max(1, (long) rows * columns * depth / SMALLEST_TASK);
    int wanted = Math.ceilDiv((int) Math.min(largest, 4L * threads), Math.max(1, rowBlocks));
    int share = Math.ceilDiv(columns, Math.max(Math.ceilDiv(columns, COLUMNS), wanted));
    blockColumns = Math.ceilDiv(share, panelWidth) * panelWidth;
    columnBlocks = Math.ceilDiv(columns, blockColumns);
  }

  /** Number of blocks; some may be empty. */
  public int count() {
    return rowBlocks * columnBlocks;
  }

  /** Neighbours share columns, and so a part of the weight, the larger operand mostly. */
  public Block block(int task) {
    int firstRow = task % rowBlocks * blockRows;
    int firstColumn = task / rowBlocks * blockColumns;
    return new Block(
        firstRow,
        firstColumn,
        Math.max(0, Math.min(blockRows, rows - firstRow)),
        Math.min(blockColumns, columns - firstColumn));
  }
}
