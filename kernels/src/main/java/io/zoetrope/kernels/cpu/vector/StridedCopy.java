package io.zoetrope.kernels.cpu.vector;

import io.zoetrope.kernels.cpu.pool.WorkerPool;
import io.zoetrope.ops.CopyOperation;
import io.zoetrope.ops.CopyOperation.Copy;
import io.zoetrope.ops.CopyOperation.Fill;
import io.zoetrope.tensor.Tensor;

/**
 * Element-wise copy between tensors of any strides. Dimensions that both tensors walk through
 * without a gap are merged, so that the permutations of video models come down to two or three
 * dimensions.
 */
final class StridedCopy {
  private final WorkerPool<Workspace> pool;

  StridedCopy(WorkerPool<Workspace> pool) {
    this.pool = pool;
  }

  void run(CopyOperation operation) {
    switch (operation) {
      case Copy op -> new Call(op.out(), op.x(), false).run();
      // A constant is one element that is read with strides of 0.
      case Fill op -> new Call(op.out(), Tensor.of(new float[] {op.value()}, 1), true).run();
    }
  }

  /** One copy; dimensions are counted from the innermost one. */
  private final class Call {
    private final Elements out;
    private final Elements x;
    private final long[] sizes;
    private final long[] outStrides;
    private final long[] xStrides;
    private int rank;

    Call(Tensor out, Tensor x, boolean constant) {
      this.out = Elements.of(out);
      this.x = Elements.of(x);
      int dimensions = out.shape().rank();
      sizes = new long[dimensions + 1];
      outStrides = new long[dimensions + 1];
      xStrides = new long[dimensions + 1];
      for (int d = dimensions - 1; d >= 0; d--) {
        add(out.size(d), out.stride(d), constant ? 0 : x.stride(d));
      }
      if (rank == 0) {
        sizes[rank++] = 1;
      }
    }

    private void add(long size, long outStride, long xStride) {
      if (size == 1) {
        return;
      }
      int last = rank - 1;
      if (rank > 0
          && outStride == outStrides[last] * sizes[last]
          && xStride == xStrides[last] * sizes[last]) {
        sizes[last] *= size;
        return;
      }
      sizes[rank] = size;
      outStrides[rank] = outStride;
      xStrides[rank++] = xStride;
    }

    void run() {
      if (sizes[0] == 0) {
        return;
      }
      long lines = lines();
      // A task copies whole lines, or a part of one.
      long parts = Math.ceilDiv(sizes[0], Workspace.BLOCK);
      long linesOfTask = Math.max(1, Workspace.BLOCK / sizes[0]);
      int tasks = Math.toIntExact(Math.ceilDiv(lines, linesOfTask) * parts);
      pool.runBlocks(
          tasks,
          (task, workspace) -> {
            long first = task / parts * linesOfTask;
            long start = task % parts * Workspace.BLOCK;
            int count = (int) Math.min(Workspace.BLOCK, sizes[0] - start);
            float[] buffer = workspace.floats(Workspace.Piece.RESULT, Workspace.BLOCK);
            for (long line = first; line < Math.min(lines, first + linesOfTask); line++) {
              copyLine(line, start, count, buffer, workspace);
            }
          });
    }

    private long lines() {
      long lines = 1;
      for (int d = 1; d < rank; d++) {
        lines *= sizes[d];
      }
      return lines;
    }

    private void copyLine(long line, long start, int count, float[] buffer, Workspace workspace) {
      long from = start * xStrides[0];
      long to = start * outStrides[0];
      long rest = line;
      for (int d = 1; d < rank; d++) {
        from += rest % sizes[d] * xStrides[d];
        to += rest % sizes[d] * outStrides[d];
        rest /= sizes[d];
      }
      if (xStrides[0] == 1) {
        x.load(from, buffer, 0, count, workspace);
      } else {
        x.load(from, xStrides[0], buffer, 0, count);
      }
      if (outStrides[0] == 1) {
        out.store(to, buffer, 0, count, workspace);
      } else {
        out.store(to, outStrides[0], buffer, 0, count);
      }
    }
  }
}
