package io.zoetrope.kernels.cpu;

import io.zoetrope.kernels.cpu.Workspace.Piece;
import io.zoetrope.ops.Activation;
import io.zoetrope.tensor.Tensor;
import java.util.Arrays;

/**
 * {@code activation(x weight^T + bias)}, and what an {@link Epilogue} adds to it, blocked for the
 * caches after Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008): a
 * task holds a block of C and, for each block of the depth, a block of A in L2; one panel of B
 * after the other passes through L1.
 */
final class LinearOperation {
  private static final int ROWS = 192;
  private static final int COLUMNS = 256;

  /** Multiply-adds below which a task is not worth handing to another thread. */
  private static final long SMALLEST_TASK = 1 << 19;

  private final Gemm gemm;

  LinearOperation(Gemm gemm) {
    this.gemm = gemm;
  }

  void run(Tensor out, Tensor x, Tensor weight, Tensor bias, Activation activation) {
    run(x, weight, new Epilogue(out, bias, activation, null, null));
  }

  void addInPlace(Tensor out, Tensor x, Tensor weight, Tensor bias, Tensor gate) {
    run(x, weight, new Epilogue(out, bias, Activation.NONE, out, gate));
  }

  private void run(Tensor x, Tensor weight, Epilogue epilogue) {
    gemm.withPacked(
        weight,
        weight.intSize(1),
        packed -> new Call(x, packed, weight.intSize(0), epilogue).run());
  }

  /** One call; its fields are what all tasks share. */
  private final class Call {
    private final int rows;
    private final int columns;
    private final int depth;
    private final PackedMatrix weight;
    private final Elements x;
    private final Epilogue epilogue;
    private final int blockRows;
    private final int blockColumns;
    private final int rowBlocks;
    private final int columnBlocks;

    Call(Tensor x, PackedMatrix weight, int columns, Epilogue epilogue) {
      this.rows = x.intSize(0);
      this.columns = columns;
      this.depth = x.intSize(1);
      this.weight = weight;
      this.x = Elements.of(x);
      this.epilogue = epilogue;
      rowBlocks = Math.ceilDiv(rows, ROWS);
      blockRows = gemm.wholeRows(Math.ceilDiv(rows, rowBlocks));
      // Enough tasks that the last ones end together, but none too small.
      long largest = Math.max(1, (long) rows * columns * depth / SMALLEST_TASK);
      int wanted = (int) Math.min(largest, 4L * gemm.pool().threads());
      int blocks = Math.max(Math.ceilDiv(columns, COLUMNS), Math.ceilDiv(wanted, rowBlocks));
      blockColumns = gemm.wholeColumns(Math.ceilDiv(columns, blocks));
      columnBlocks = Math.ceilDiv(columns, blockColumns);
    }

    void run() {
      gemm.pool().run(rowBlocks * columnBlocks, this::block);
    }

    /** Neighbouring tasks share a block of the weight, which is the larger of the two mostly. */
    private void block(int task, Workspace workspace) {
      int firstRow = task % rowBlocks * blockRows;
      int firstColumn = task / rowBlocks * blockColumns;
      int height = Math.min(blockRows, rows - firstRow);
      int width = Math.min(blockColumns, columns - firstColumn);
      if (height <= 0) {
        return;
      }
      int panelWidth = gemm.kernel().columns();
      int pitch = gemm.wholeColumns(width);
      int wholeHeight = gemm.wholeRows(height);
      float[] a = workspace.floats(Piece.LEFT, wholeHeight * Gemm.DEPTH);
      float[] b = workspace.floats(Piece.PANEL, Gemm.DEPTH * panelWidth);
      float[] c = workspace.floats(Piece.RESULT, wholeHeight * pitch);
      Arrays.fill(c, 0, wholeHeight * pitch, 0);
      for (int k = 0; k < depth; k += Gemm.DEPTH) {
        int part = Math.min(Gemm.DEPTH, depth - k);
        loadRows(a, firstRow, height, k, part, workspace);
        for (int column = 0; column < width; column += panelWidth) {
          weight.unpack((firstColumn + column) / panelWidth, k, part, b, workspace);
          gemm.multiplyRows(height, part, a, 0, part, b, 0, c, column, pitch);
        }
      }
      epilogue.store(c, 0, pitch, firstRow, height, firstColumn, width, workspace);
    }

    private void loadRows(
        float[] a, int firstRow, int height, int k, int part, Workspace workspace) {
      if (part == depth) {
        x.load((long) firstRow * depth, a, 0, height * depth, workspace);
        return;
      }
      for (int row = 0; row < height; row++) {
        x.load((long) (firstRow + row) * depth + k, a, row * part, part, workspace);
      }
    }
  }
}
