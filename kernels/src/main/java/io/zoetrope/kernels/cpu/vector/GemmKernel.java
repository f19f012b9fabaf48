package io.zoetrope.kernels.cpu.vector;

/**
 * The one microkernel under linear, attention and convolution: a tile of a matrix product, {@code
 * C[rows x columns] += A[rows x depth] B[depth x columns]} in float32. What walks over a list of
 * tile pairs (blocks of the depth, taps of a convolution, blocks of keys) calls it once for each
 * pair and accumulates in C.
 */
public interface GemmKernel {
  /** Rows of a tile. */
  int rows();

  /** Columns of a tile. */
  int columns();

  /** Name for logs, e.g. {@code "vector 256 bit"}. */
  String name();

  /**
   * Adds a product to a tile of C. Every element is summed in the order of the depth, with fused
   * multiply-adds, from 0 on; then the sum is added to C.
   *
   * @param a rows of {@code depth} neighbouring elements, {@code aStride} apart
   * @param b {@code depth} rows of {@code columns} neighbouring elements, without gaps
   * @param c rows of {@code columns} neighbouring elements, {@code cStride} apart
   */
  void multiply(
      int depth,
      float[] a,
      int aStart,
      int aStride,
      float[] b,
      int bStart,
      float[] c,
      int cStart,
      int cStride);

  /** Vector instructions, of the width that the machine prefers. */
  static GemmKernel vector() {
    return new VectorGemmKernel();
  }

  /** Plain loops. */
  static GemmKernel reference() {
    return new ReferenceGemmKernel();
  }
}
