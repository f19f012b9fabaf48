package io.zoetrope.kernels.cpu.vector;

import io.zoetrope.kernels.cpu.pool.WorkerPool;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.Arena;

/** What the operations built on the microkernel share: the kernel, its threads, packed weights. */
final class Gemm {
  /** Depth of a block: a panel of B of this depth stays in the L1 cache while A passes. */
  static final int DEPTH = 256;

  private final WorkerPool<Workspace> pool;
  private final GemmKernel kernel;

  Gemm(WorkerPool<Workspace> pool, GemmKernel kernel) {
    this.pool = pool;
    this.kernel = kernel;
  }

  WorkerPool<Workspace> pool() {
    return pool;
  }

  GemmKernel kernel() {
    return kernel;
  }

  /** {@code count} rounded up to whole tiles. */
  int wholeRows(int count) {
    return Math.ceilDiv(count, kernel.rows()) * kernel.rows();
  }

  /** {@code count} rounded up to whole panels. */
  int wholeColumns(int count) {
    return Math.ceilDiv(count, kernel.columns()) * kernel.columns();
  }

  /** An operation on a weight in packed form. */
  @FunctionalInterface
  interface PackedOperation {
    void run(PackedMatrix packed);
  }

  /**
   * Hands over the packed form of a weight [columns, channels, taps...]: kept with a placed weight,
   * made for this call with any other tensor.
   */
  void withPacked(Tensor weight, int channels, PackedOperation operation) {
    if (weight.storage() instanceof PlacedWeight storage) {
      PlacedWeight.Part part = new PlacedWeight.Part(weight.offset(), weight.shape());
      operation.run(
          storage
              .packed()
              .computeIfAbsent(part, _ -> pack(weight, channels, weight.lifetime().arena())));
    } else {
      try (Arena arena = Arena.ofShared()) {
        operation.run(pack(weight, channels, arena));
      }
    }
  }

  private PackedMatrix pack(Tensor weight, int channels, Arena arena) {
    long start = System.nanoTime();
    PackedMatrix packed = PackedMatrix.pack(weight, channels, kernel.columns(), arena, pool);
    pool.watcher().packed(weight.storage().name(), start, System.nanoTime() - start);
    return packed;
  }

  /**
   * Adds the product of a block of rows and a panel to C.
   *
   * @param rows of A and C; those up to the next whole tile are read and written too
   */
  void multiplyRows(
      int rows,
      int depth,
      float[] a,
      int aStart,
      int aStride,
      float[] b,
      int bStart,
      float[] c,
      int cStart,
      int cStride) {
    for (int row = 0; row < rows; row += kernel.rows()) {
      kernel.multiply(
          depth, a, aStart + row * aStride, aStride, b, bStart, c, cStart + row * cStride, cStride);
    }
  }
}
