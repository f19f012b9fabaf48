package io.zoetrope.kernels.cpu.vector;

import io.zoetrope.kernels.cpu.blocks.Join;
import io.zoetrope.kernels.cpu.blocks.MatrixBlocks;
import io.zoetrope.kernels.cpu.vector.Workspace.Piece;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.LinearMap;
import io.zoetrope.ops.LinearMap.Linear;
import io.zoetrope.ops.LinearMap.LinearAdd;
import io.zoetrope.ops.LinearMap.LinearMultiply;
import io.zoetrope.ops.LinearMap.Linears;
import io.zoetrope.ops.WeightElements;
import io.zoetrope.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * {@code activation(x weight^T + bias)}, and what an {@link Epilogue} adds to it, blocked for the
 * caches after Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008): a
 * task holds a block of C and, for each block of the depth, a block of A in L2; one panel of B
 * after the other passes through L1.
 */
final class LinearOperation {
  private final Gemm gemm;

  LinearOperation(Gemm gemm) {
    this.gemm = gemm;
  }

  void run(LinearMap map) {
    switch (map) {
      case Linear op -> {
        var epilogue = new Epilogue(op.out(), op.bias(), op.activation(), Join.NONE, null, null);
        run(op.x(), op.weight(), epilogue);
      }
      case Linears op -> op.parts().forEach(this::run);
      case LinearAdd op -> {
        Join join = op.gate() == null ? Join.ADD : Join.ADD_GATED;
        var epilogue =
            new Epilogue(op.out(), op.bias(), Activation.NONE, join, op.out(), op.gate());
        run(op.x(), op.weight(), epilogue);
      }
      case LinearMultiply op -> {
        var epilogue =
            new Epilogue(op.out(), op.bias(), Activation.NONE, Join.MULTIPLY, op.out(), null);
        run(op.x(), op.weight(), epilogue);
      }
    }
  }

  private void run(Tensor x, Tensor weight, Epilogue epilogue) {
    if (weight.storage().isReadAnew()) {
      new StoredCall(x, weight, epilogue).run();
      return;
    }
    gemm.withPacked(
        weight,
        weight.intSize(1),
        packed -> new PackedCall(x, packed, weight.intSize(0), epilogue).run());
  }

  /**
   * Bytes of the panels that all threads keep for the products of a map by weights that are read as
   * they are stored.
   */
  long workspaceBytes(LinearMap map) {
    long most = 0;
    for (Tensor weight : map.weights()) {
      if (weight.storage().isReadAnew()) {
        int columns = columnsAtOnce(blocks(map.x(), weight.intSize(0), true));
        most = Math.max(most, (long) columns * weight.intSize(1) * Float.BYTES);
      }
    }
    return most * gemm.pool().threads();
  }

  private MatrixBlocks blocks(Tensor x, int columns, boolean keepsColumns) {
    return new MatrixBlocks(
        x.intSize(0),
        columns,
        x.intSize(1),
        gemm.kernel().columns(),
        gemm.pool().threads(),
        keepsColumns);
  }

  /**
   * Columns that are read before they are multiplied: where no further rows follow, those of a
   * panel, which is still in the cache then.
   */
  private int columnsAtOnce(MatrixBlocks blocks) {
    return blocks.rowBlocks() == 1 ? gemm.kernel().columns() : blocks.blockColumns();
  }

  /** One call; its fields are what all tasks share. */
  private abstract class Call {
    private final Elements x;
    private final Epilogue epilogue;
    private final int depth;

    Call(Tensor x, Epilogue epilogue) {
      this.depth = x.intSize(1);
      this.x = Elements.of(x);
      this.epilogue = epilogue;
    }

    final int depth() {
      return depth;
    }

    /** Adds products of rows and of a panel of some depth. */
    @FunctionalInterface
    interface Panels {
      /**
       * Adds them.
       *
       * @param column the first one of the panel, in the block
       * @param k where the depth begins
       * @param a [rows, part]
       * @param c takes the sums, from {@code column} on, in rows that are {@code pitch} apart
       */
      void multiply(int column, int rows, int k, int part, float[] a, float[] c, int pitch);
    }

    final void block(MatrixBlocks.Block block, Panels panels, Workspace workspace) {
      int firstRow = block.firstRow();
      int height = block.height();
      int width = block.width();
      int panelWidth = gemm.kernel().columns();
      int pitch = gemm.wholeColumns(width);
      int wholeHeight = gemm.wholeRows(height);
      float[] a = workspace.floats(Piece.LEFT, wholeHeight * Gemm.DEPTH);
      float[] c = workspace.floats(Piece.RESULT, wholeHeight * pitch);
      Arrays.fill(c, 0, wholeHeight * pitch, 0);
      for (int k = 0; k < depth; k += Gemm.DEPTH) {
        int part = Math.min(Gemm.DEPTH, depth - k);
        loadRows(a, firstRow, height, k, part, workspace);
        for (int column = 0; column < width; column += panelWidth) {
          panels.multiply(column, height, k, part, a, c, pitch);
        }
      }
      epilogue.store(c, 0, pitch, firstRow, height, block.firstColumn(), width, workspace);
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

  /** A map by a weight that is packed: each block for itself. */
  private final class PackedCall extends Call {
    private final PackedMatrix weight;
    private final MatrixBlocks blocks;

    PackedCall(Tensor x, PackedMatrix weight, int columns, Epilogue epilogue) {
      super(x, epilogue);
      this.weight = weight;
      blocks = blocks(x, columns, false);
    }

    void run() {
      gemm.pool().run(blocks.count(), (task, workspace) -> run(blocks.block(task), workspace));
    }

    private void run(MatrixBlocks.Block block, Workspace workspace) {
      int panelWidth = gemm.kernel().columns();
      float[] b = workspace.floats(Piece.PANEL, Gemm.DEPTH * panelWidth);
      block(
          block,
          (column, rows, k, part, a, c, pitch) -> {
            weight.unpack((block.firstColumn() + column) / panelWidth, k, part, b, workspace);
            gemm.multiplyRows(rows, part, a, 0, part, b, 0, c, column, pitch);
          },
          workspace);
    }
  }

  /**
   * A map by a weight that is read as it is stored: a task reads some columns into memory of its
   * thread, and multiplies all rows by them. Blocks have the sums that they have with a packed
   * weight, to the bit.
   */
  private final class StoredCall extends Call {
    private final WeightElements weight;
    private final int columns;
    private final MatrixBlocks blocks;

    StoredCall(Tensor x, Tensor weight, Epilogue epilogue) {
      super(x, epilogue);
      this.weight = WeightElements.of(weight);
      columns = weight.intSize(0);
      blocks = blocks(x, columns, true);
    }

    void run() {
      gemm.pool().run(blocks.tasks(), (task, workspace) -> run(blocks.task(task), workspace));
    }

    private void run(List<MatrixBlocks.Block> rows, Workspace workspace) {
      int panelWidth = gemm.kernel().columns();
      int first = rows.getFirst().firstColumn();
      int end = first + rows.getFirst().width();
      int most = columnsAtOnce(blocks);
      float[] b = workspace.floats(Piece.PANELS, most * depth());
      for (int start = first; start < end; start += most) {
        int width = Math.min(most, end - start);
        for (int column = 0; column < width; column += panelWidth) {
          int panel = (start + column) / panelWidth;
          PackedMatrix.readPanel(
              weight, columns, depth(), depth(), panel, panelWidth, b, column * depth(), workspace);
        }
        for (MatrixBlocks.Block block : rows) {
          block(
              new MatrixBlocks.Block(block.firstRow(), start, block.height(), width),
              (column, height, k, part, a, c, pitch) -> {
                int at = column * depth() + k * panelWidth;
                gemm.multiplyRows(height, part, a, 0, part, b, at, c, column, pitch);
              },
              workspace);
        }
      }
    }
  }
}
