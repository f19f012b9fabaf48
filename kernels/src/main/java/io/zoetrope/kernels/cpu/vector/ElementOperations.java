package io.zoetrope.kernels.cpu.vector;

import io.zoetrope.kernels.cpu.pool.WorkerPool;
import io.zoetrope.kernels.cpu.vector.Workspace.Piece;
import io.zoetrope.ops.ElementOperation;
import io.zoetrope.ops.ElementOperation.Activate;
import io.zoetrope.ops.ElementOperation.Add;
import io.zoetrope.ops.ElementOperation.Clamp;
import io.zoetrope.ops.ElementOperation.Embedding;
import io.zoetrope.ops.ElementOperation.Multiply;
import io.zoetrope.ops.ElementOperation.UpsampleNearest;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.ops.WeightElements;
import io.zoetrope.tensor.Tensor;
import java.util.Optional;

/** Operations on one element after the other, and copies of whole rows. */
final class ElementOperations {
  private final WorkerPool<Workspace> pool;

  ElementOperations(WorkerPool<Workspace> pool) {
    this.pool = pool;
  }

  void run(ElementOperation operation) {
    switch (operation) {
      case Add op -> combine(op.out(), op.a(), op.b(), true);
      case Multiply op -> combine(op.out(), op.a(), op.b(), false);
      case Activate op ->
          map(
              op.out(),
              op.x(),
              (values, count, workspace) ->
                  VectorMath.activate(op.activation(), values, 0, count, workspace));
      case Clamp op ->
          map(op.out(), op.out(), (values, count, _) -> clamp(values, count, op.min(), op.max()));
      case Embedding op -> embedding(op.out(), op.table(), op.ids());
      case UpsampleNearest op -> upsampleNearest(op.out(), op.x(), op.exact());
    }
  }

  /** Changes elements at the start of {@code values}. */
  @FunctionalInterface
  private interface Change {
    void change(float[] values, int count, Workspace workspace);
  }

  private void map(Tensor out, Tensor x, Change change) {
    Elements from = Elements.of(x);
    Elements to = Elements.of(out);
    long total = x.count();
    pool.runBlocks(
        blocks(total),
        (task, workspace) -> {
          long first = (long) task * Workspace.BLOCK;
          int count = (int) Math.min(Workspace.BLOCK, total - first);
          float[] values = workspace.floats(Piece.RESULT, Workspace.BLOCK + Elements.LANES);
          from.load(first, values, 0, count, workspace);
          change.change(values, count, workspace);
          to.store(first, values, 0, count, workspace);
        });
  }

  private static void clamp(float[] values, int count, float min, float max) {
    for (int i = 0; i < count; i++) {
      values[i] = Math.clamp(values[i], min, max);
    }
  }

  /** {@code b} is read in a circle. */
  private void combine(Tensor out, Tensor a, Tensor b, boolean sum) {
    Elements left = Elements.of(a);
    Elements right = Elements.of(b);
    Elements to = Elements.of(out);
    long total = a.count();
    long period = b.count();
    pool.runBlocks(
        blocks(total),
        (task, workspace) -> {
          long first = (long) task * Workspace.BLOCK;
          int count = (int) Math.min(Workspace.BLOCK, total - first);
          float[] values = workspace.floats(Piece.RESULT, Workspace.BLOCK + Elements.LANES);
          float[] others = workspace.floats(Piece.LEFT, Workspace.BLOCK);
          left.load(first, values, 0, count, workspace);
          loadCircle(right, first % period, period, others, count, workspace);
          if (sum) {
            addTo(values, others, count);
          } else {
            multiplyBy(values, others, count);
          }
          to.store(first, values, 0, count, workspace);
        });
  }

  /**
   * Loads one period and repeats it in place, so that a short one costs no more than a long one.
   */
  private static void loadCircle(
      Elements from, long start, long period, float[] out, int count, Workspace workspace) {
    int filled = (int) Math.min(count, period - start);
    from.load(start, out, 0, filled, workspace);
    if (filled < count) {
      int more = (int) Math.min(count - filled, start);
      from.load(0, out, filled, more, workspace);
      filled += more;
    }
    // From here on, what is filled already repeats with the period.
    while (filled < count) {
      int more = Math.min(count - filled, filled);
      System.arraycopy(out, 0, out, filled, more);
      filled += more;
    }
  }

  private static void addTo(float[] values, float[] others, int count) {
    for (int i = 0; i < count; i++) {
      values[i] += others[i];
    }
  }

  private static void multiplyBy(float[] values, float[] others, int count) {
    for (int i = 0; i < count; i++) {
      values[i] *= others[i];
    }
  }

  private void embedding(Tensor out, Tensor table, int[] ids) {
    WeightElements from = WeightElements.of(table);
    Optional<Elements> inMemory =
        from.inMemory().map(memory -> new Elements(memory, table.dtype(), 0));
    Elements to = Elements.of(out);
    int features = table.intSize(1);
    pool.runBlocks(
        ids.length,
        (task, workspace) -> {
          float[] row = workspace.floats(Piece.RESULT, features);
          long first = (long) ids[task] * features;
          inMemory.ifPresentOrElse(
              rows -> rows.load(first, row, 0, features, workspace),
              () -> from.read(first, row, 0, features));
          to.store((long) task * features, row, 0, features, workspace);
        });
  }

  private void upsampleNearest(Tensor out, Tensor x, boolean exact) {
    Elements from = Elements.of(x);
    Elements to = Elements.of(out);
    int channels = x.intSize(3);
    int width = x.intSize(2);
    int outHeight = out.intSize(1);
    int outWidth = out.intSize(2);
    int[] columns = new int[outWidth];
    for (int column = 0; column < outWidth; column++) {
      columns[column] = (int) ReferenceBackend.nearest(column, width, outWidth, exact);
    }
    pool.runBlocks(
        out.intSize(0) * outHeight,
        (task, workspace) -> {
          long t = ReferenceBackend.nearest(task / outHeight, x.size(0), out.size(0), exact);
          long h = ReferenceBackend.nearest(task % outHeight, x.size(1), outHeight, exact);
          float[] source = workspace.floats(Piece.LEFT, width * channels);
          float[] row = workspace.floats(Piece.RESULT, outWidth * channels);
          from.load((t * x.size(1) + h) * width * channels, source, 0, width * channels, workspace);
          for (int column = 0; column < outWidth; column++) {
            System.arraycopy(source, columns[column] * channels, row, column * channels, channels);
          }
          to.store((long) task * outWidth * channels, row, 0, outWidth * channels, workspace);
        });
  }

  private static int blocks(long elements) {
    return Math.toIntExact(Math.ceilDiv(elements, Workspace.BLOCK));
  }
}
