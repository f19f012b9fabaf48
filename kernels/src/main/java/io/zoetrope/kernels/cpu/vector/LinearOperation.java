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
import io.zoetrope.tensor.Tensor;
import java.util.Arrays;

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
    gemm.withPacked(
        weight,
        weight.intSize(1),
        packed -> new Call(x, packed, weight.intSize(0), epilogue).run());
  }

  /** One call; its fields are what all tasks share. */
  private final class Call {
    private final int depth;
    private final PackedMatrix weight;
    private final Elements x;
    private final Epilogue epilogue;
    private final MatrixBlocks blocks;

    Call(Tensor x, PackedMatrix weight, int columns, Epilogue epilogue) {
      this.depth = x.intSize(1);
      this.weight = weight;
      this.x = Elements.of(x);
      this.epilogue = epilogue;
      blocks =
          new MatrixBlocks(
              x.intSize(0), columns, depth, gemm.kernel().columns(), gemm.pool().threads());
    }

    void run() {
      gemm.pool().run(blocks.count(), (task, workspace) -> block(blocks.block(task), workspace));
    }

    private void block(MatrixBlocks.Block block, Workspace workspace) {
      int firstRow = block.firstRow();
      int firstColumn = block.firstColumn();
      int height = block.height();
      int width = block.width();
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
