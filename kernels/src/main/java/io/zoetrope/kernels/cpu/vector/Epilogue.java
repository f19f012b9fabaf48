package io.zoetrope.kernels.cpu.vector;

import io.zoetrope.kernels.cpu.blocks.Join;
import io.zoetrope.kernels.cpu.vector.Workspace.Piece;
import io.zoetrope.ops.Activation;
import io.zoetrope.tensor.Tensor;

/**
 * What happens to a block of a product while it is still in the cache: bias, activation, and {@code
 * base + gate * result} or {@code base * result}, which is rounded before and after.
 */
final class Epilogue {
  private final Elements out;
  private final int columns;
  private final RowVectors bias;
  private final Activation activation;
  private final Elements base;
  private final RowVectors gate;
  private final Join join;

  /**
   * The end of an operation.
   *
   * @param out [rows, columns], with the rows in any number of leading dimensions
   * @param bias [columns] or null
   * @param base of the shape of {@code out}, or {@code out} itself; null if the result joins none
   * @param gate [columns] or [rows, columns]; null unless the result joins gated
   */
  Epilogue(Tensor out, Tensor bias, Activation activation, Join join, Tensor base, Tensor gate) {
    this.out = Elements.of(out);
    this.columns = out.intSize(-1);
    this.bias = bias == null ? null : new RowVectors(Elements.of(bias), 0, Piece.FIRST_VECTOR);
    this.activation = activation;
    this.base = base == null ? null : Elements.of(base);
    this.join = join;
    this.gate = gate == null ? null : RowVectors.of(gate, Piece.SECOND_VECTOR);
  }

  /**
   * Finishes a block and stores it.
   *
   * @param c rows of {@code width} elements from {@code start} on, {@code pitch} apart; changed
   * @param firstRow of the block in the result
   * @param firstColumn of the block in the result
   */
  void store(
      float[] c,
      int start,
      int pitch,
      long firstRow,
      int height,
      int firstColumn,
      int width,
      Workspace workspace) {
    float[] offset = bias == null ? null : bias.part(0, firstColumn, width, workspace);
    boolean wholeRows = width == columns;
    for (int row = 0; row < height; row++) {
      int from = start + row * pitch;
      if (offset != null) {
        add(c, from, offset, width);
      }
      VectorMath.activate(activation, c, from, width, workspace);
      if (join != Join.NONE) {
        join(c, from, firstRow + row, firstColumn, width, workspace);
      }
      if (wholeRows) {
        System.arraycopy(c, from, c, start + row * width, width);
      } else {
        out.store((firstRow + row) * columns + firstColumn, c, from, width, workspace);
      }
    }
    if (wholeRows) {
      out.store(firstRow * columns, c, start, height * width, workspace);
    }
  }

  private void join(
      float[] c, int from, long row, int firstColumn, int width, Workspace workspace) {
    out.round(c, from, width, workspace);
    if (join == Join.ADD_GATED) {
      multiply(c, from, gate.part(row, firstColumn, width, workspace), width);
    }
    float[] other = workspace.floats(Piece.BASE, width);
    base.load(row * columns + firstColumn, other, 0, width, workspace);
    if (join == Join.MULTIPLY) {
      multiply(c, from, other, width);
    } else {
      add(c, from, other, width);
    }
  }

  private static void add(float[] c, int from, float[] vector, int count) {
    for (int i = 0; i < count; i++) {
      c[from + i] += vector[i];
    }
  }

  private static void multiply(float[] c, int from, float[] vector, int count) {
    for (int i = 0; i < count; i++) {
      c[from + i] *= vector[i];
    }
  }
}
