package io.zoetrope.kernels.cpu.blocks;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A matrix product cut in blocks of rows and columns that fit the L2 cache with what they are
 * computed from.
 */
public final class MatrixBlocks {
  /** Most rows: taller blocks read no less of what limits them. */
  private static final int MOST_ROWS = 192;

  /** Bytes of a row of the left matrix in a block, and of the row of sums beside it. */
  private static final int ROW_BYTES = 256 * Float.BYTES;

  private static final int ROWS = rows(CacheSizes.ofThisMachine());
  private static final int COLUMNS = 256;

  /** Multiply-adds below which a task is not worth handing to another thread. */
  private static final long SMALLEST_TASK = 1 << 19;

  private final int rows;
  private final int columns;
  private final int rowBlocks;
  private final int blockRows;
  private final int columnBlocks;
  private final int blockColumns;
  private final int rowsOfTask;

  /** One block; its first column is the first one of a panel. */
  public record Block(int firstRow, int firstColumn, int height, int width) {}

  /**
   * Cuts [rows x columns].
   *
   * @param depth of the product
   * @param panelWidth columns that belong together
   */
  public MatrixBlocks(int rows, int columns, int depth, int panelWidth, int threads) {
    this(rows, columns, depth, panelWidth, threads, false);
  }

  /**
   * Cuts [rows x columns].
   *
   * @param depth of the product
   * @param panelWidth columns that belong together
   * @param keepsColumns whether a task computes the blocks of the same columns one after the other,
   *     so that it makes the columns of the right matrix once; otherwise a task is a block
   */
  public MatrixBlocks(
      int rows, int columns, int depth, int panelWidth, int threads, boolean keepsColumns) {
    this.rows = rows;
    this.columns = columns;
    rowBlocks = Math.ceilDiv(rows, ROWS);
    blockRows = Math.ceilDiv(rows, Math.max(1, rowBlocks));
    // Enough tasks that the last ones end together, but none too small.
    long largest = Math.max(1, (long) rows * columns * depth / SMALLEST_TASK);
    int tasks = (int) Math.min(largest, 4L * threads);
    int wanted = keepsColumns ? tasks : Math.ceilDiv(tasks, Math.max(1, rowBlocks));
    int share = Math.ceilDiv(columns, Math.max(Math.ceilDiv(columns, COLUMNS), wanted));
    blockColumns = Math.ceilDiv(share, panelWidth) * panelWidth;
    columnBlocks = Math.ceilDiv(columns, blockColumns);
    int parts = Math.clamp(Math.ceilDiv(threads, columnBlocks), 1, Math.max(1, rowBlocks));
    rowsOfTask = keepsColumns ? Math.ceilDiv(rowBlocks, parts) : 1;
  }

  /** Most rows of a block, which together with its sums takes three quarters of the cache. */
  static int rows(CacheSizes caches) {
    return Math.clamp(caches.secondLevel() * 3 / 4 / (2 * ROW_BYTES), 48, MOST_ROWS);
  }

  /** Number of blocks; some may be empty. */
  public int count() {
    return rowBlocks * columnBlocks;
  }

  /** How many blocks lie above each other. */
  public int rowBlocks() {
    return rowBlocks;
  }

  /** Most columns of a block. */
  public int blockColumns() {
    return blockColumns;
  }

  /** Number of tasks. */
  public int tasks() {
    return columnBlocks * tasksOfColumns();
  }

  private int tasksOfColumns() {
    return rowBlocks == 0 ? 0 : Math.ceilDiv(rowBlocks, rowsOfTask);
  }

  /** The blocks of a task, which share their columns, and of which some may be empty. */
  public List<Block> task(int task) {
    int first = task % tasksOfColumns() * rowsOfTask;
    int firstBlock = task / tasksOfColumns() * rowBlocks + first;
    return IntStream.range(0, Math.min(rowsOfTask, rowBlocks - first))
        .mapToObj(row -> block(firstBlock + row))
        .toList();
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
