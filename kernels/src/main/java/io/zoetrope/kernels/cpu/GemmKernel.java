package io.zoetrope.kernels.cpu;

/**
 * The one microkernel under linear, attention and convolution: a tile of a matrix product, {@code
 * C[rows x columns] += A[rows x depth] B[depth x columns]} in float32. What walks over a list of
 * tile pairs (blocks of the depth, taps of a convolution, blocks of keys) calls it once for each
 * pair and accumulates in C.
 */
interface GemmKernel {
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

  /**
   * The kernel named by the system property {@code zoetrope.gemm}, or the fastest one.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  static GemmKernel select() {
    String wanted = System.getProperty("zoetrope.gemm", "vector");
    return switch (wanted) {
      case "vector" -> new VectorGemmKernel();
      case "reference" -> new ReferenceGemmKernel();
      default ->
          throw new IllegalArgumentException(
              "zoetrope.gemm=%s: known kernels are vector and reference".formatted(wanted));
    };
  }
}
