package io.zoetrope.kernels.cpu;

import io.zoetrope.kernels.cpu.Workspace.Piece;
import io.zoetrope.tensor.Tensor;

/**
 * A vector for every row, or one vector for all.
 *
 * @param stride elements from the vector of a row to that of the next; 0 for one vector
 * @param piece of the workspace that a vector is loaded to
 */
record RowVectors(Elements elements, long stride, Piece piece) {
  /** A matrix has a vector for every row. */
  static RowVectors of(Tensor tensor, Piece piece) {
    long stride = tensor.shape().rank() == 1 ? 0 : tensor.stride(0);
    return new RowVectors(Elements.of(tensor), stride, piece);
  }

  /** The vector of a row, valid until the next call. */
  float[] row(long row, int features, Workspace workspace) {
    return part(row, 0, features, workspace);
  }

  /** {@code count} elements of the vector of a row, from {@code first} on. */
  float[] part(long row, int first, int count, Workspace workspace) {
    float[] vector = workspace.floats(piece, count);
    elements.load(row * stride + first, vector, 0, count, workspace);
    return vector;
  }
}
