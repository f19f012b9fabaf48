package io.zoetrope.kernels.cpu.jit.op;

import io.zoetrope.kernels.cpu.jit.asm.GeneratedFunction;
import io.zoetrope.kernels.cpu.jit.kernel.CombineRows;
import io.zoetrope.kernels.cpu.jit.kernel.CombineRows.Combination;
import io.zoetrope.kernels.cpu.jit.kernel.ConvertRows;
import io.zoetrope.kernels.cpu.jit.kernel.MapRows;
import io.zoetrope.kernels.cpu.jit.memory.NativeView;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace.Piece;
import io.zoetrope.ops.Activation;
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
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Optional;

/** Operations on one element after the other, and copies of whole rows. */
public final class ElementOperations {
  private final RowRunner runner;

  /** Makes the operations on top of functions of rows. */
  public ElementOperations(RowRunner runner) {
    this.runner = runner;
  }

  /** Computes an operation. */
  public void run(ElementOperation operation) {
    switch (operation) {
      case Add op -> combine(Combination.ADD, op.out(), op.a(), op.b());
      case Multiply op -> combine(Combination.MULTIPLY, op.out(), op.a(), op.b());
      case Activate op -> {
        var recipe = new MapRows(runner.set(), op.x().dtype(), op.activation(), false);
        map(op.out(), op.x(), recipe, 0, 0);
      }
      case Clamp op -> {
        var recipe = new MapRows(runner.set(), op.out().dtype(), Activation.NONE, true);
        map(op.out(), op.out(), recipe, op.min(), op.max());
      }
      case Embedding op -> embedding(op.out(), op.table(), op.ids());
      case UpsampleNearest op -> new Upsampling(op.out(), op.x(), op.exact()).run();
    }
  }

  private void map(Tensor out, Tensor x, MapRows recipe, float min, float max) {
    NativeView from = NativeView.of(x);
    NativeView to = out == x ? from : NativeView.of(out);
    runner.run(
        recipe,
        x.count(),
        2L * x.dtype().bytes(),
        (call, first, count) -> {
          call.set(MapRows.X, from.at(first), 0)
              .set(MapRows.OUT, to.at(first), 0)
              .set(MapRows.ROWS, 1)
              .set(MapRows.COLUMNS, count);
          if (recipe.clamp()) {
            call.setFloat(MapRows.MIN, min).setFloat(MapRows.MAX, max);
          }
        });
    to.copyBack(out);
    Reference.reachabilityFence(from);
    Reference.reachabilityFence(to);
  }

  /** {@code b} repeats over the leading dimensions. */
  private void combine(Combination combination, Tensor out, Tensor a, Tensor b) {
    CombineRows recipe = new CombineRows(runner.set(), combination, a.dtype(), b.dtype());
    NativeView left = NativeView.of(a);
    NativeView right = NativeView.of(b);
    NativeView to = out == a ? left : NativeView.of(out);
    long period = b.count();
    long repeats = period == 0 ? 0 : a.count() / period;
    long pitch = period * a.dtype().bytes();
    if (repeats > 1 && 3 * pitch < RowRunner.TASK_BYTES) {
      runner.run(
          recipe,
          repeats,
          3 * pitch,
          (call, first, count) ->
              call.set(CombineRows.A, left.at(first * period), pitch)
                  .set(CombineRows.B, right.address(), 0)
                  .set(CombineRows.OUT, to.at(first * period), pitch)
                  .set(CombineRows.ROWS, count)
                  .set(CombineRows.COLUMNS, period));
    } else {
      for (long start = 0; start < repeats * period; start += period) {
        long row = start;
        runner.run(
            recipe,
            period,
            3L * a.dtype().bytes(),
            (call, first, count) ->
                call.set(CombineRows.A, left.at(row + first), 0)
                    .set(CombineRows.B, right.at(first), 0)
                    .set(CombineRows.OUT, to.at(row + first), 0)
                    .set(CombineRows.ROWS, 1)
                    .set(CombineRows.COLUMNS, count));
      }
    }
    to.copyBack(out);
    Reference.reachabilityFence(left);
    Reference.reachabilityFence(right);
    Reference.reachabilityFence(to);
  }

  private void embedding(Tensor out, Tensor table, int[] ids) {
    WeightElements elements = WeightElements.of(table);
    Optional<MemorySegment> memory = elements.inMemory().filter(MemorySegment::isNative);
    boolean inMemory = memory.isPresent();
    long start = inMemory ? memory.get().address() : 0;
    long features = table.size(1);
    long rowBytes = features * table.dtype().bytes();
    NativeView to = NativeView.of(out);
    GeneratedFunction<ConvertRows> function =
        runner.function(new ConvertRows(runner.set(), table.dtype(), out.dtype()));
    runner.run(
        ids.length,
        features * (table.dtype().bytes() + out.dtype().bytes()),
        (workspace, first, count) -> {
          for (long i = first; i < first + count; i++) {
            long id = ids[(int) i];
            long row;
            if (inMemory) {
              row = start + id * rowBytes;
            } else {
              // Most rows of a table are never looked up: they are not worth a copy.
              MemorySegment copy = workspace.piece(Piece.LEFT, rowBytes).asSlice(0, rowBytes);
              elements.read(id * features, copy);
              row = copy.address();
            }
            workspace
                .call(function)
                .set(ConvertRows.SOURCE, row, 0)
                .set(ConvertRows.DESTINATION, to.at(i * features), 0)
                .set(ConvertRows.ROWS, 1)
                .set(ConvertRows.COLUMNS, features)
                .run();
          }
        });
    to.copyBack(out);
    Reference.reachabilityFence(memory);
    Reference.reachabilityFence(to);
  }

  /** One nearest-neighbour resize. */
  private final class Upsampling {
    private final Tensor out;
    private final Tensor x;
    private final boolean exact;
    private final NativeView from;
    private final NativeView to;
    private final GeneratedFunction<ConvertRows> function;
    private final long width;
    private final long outWidth;
    private final long pixelBytes;
    private final long channels;

    Upsampling(Tensor out, Tensor x, boolean exact) {
      this.out = out;
      this.x = x;
      this.exact = exact;
      from = NativeView.of(x);
      to = NativeView.of(out);
      function = runner.function(new ConvertRows(runner.set(), x.dtype(), out.dtype()));
      width = x.size(2);
      outWidth = out.size(2);
      channels = x.size(3);
      pixelBytes = channels * x.dtype().bytes();
    }

    void run() {
      runner.run(
          out.size(0) * out.size(1),
          2 * outWidth * pixelBytes,
          (workspace, first, count) -> {
            for (long row = first; row < first + count; row++) {
              row(workspace, row);
            }
          });
      to.copyBack(out);
      Reference.reachabilityFence(this);
    }

    private void row(NativeWorkspace workspace, long row) {
      long height = out.size(1);
      long t = ReferenceBackend.nearest(row / height, x.size(0), out.size(0), exact);
      long h = ReferenceBackend.nearest(row % height, x.size(1), height, exact);
      long source = from.at((t * x.size(1) + h) * width * channels);
      long target = to.at(row * outWidth * channels);
      long column = 0;
      while (column < outWidth) {
        // Columns of the result that take one and the same column of the source.
        long nearest = nearest(column);
        long end = column + 1;
        while (end < outWidth && nearest(end) == nearest) {
          end++;
        }
        workspace
            .call(function)
            .set(ConvertRows.SOURCE, source + nearest * pixelBytes, 0)
            .set(ConvertRows.DESTINATION, target + column * pixelBytes, pixelBytes)
            .set(ConvertRows.ROWS, end - column)
            .set(ConvertRows.COLUMNS, channels)
            .run();
        column = end;
      }
    }

    private long nearest(long column) {
      return ReferenceBackend.nearest(column, width, outWidth, exact);
    }
  }
}
