package io.zoetrope.kernels.cpu.jit.op;

import io.zoetrope.kernels.cpu.jit.asm.GeneratedFunction;
import io.zoetrope.kernels.cpu.jit.kernel.ConvertRows;
import io.zoetrope.kernels.cpu.jit.kernel.FillRows;
import io.zoetrope.kernels.cpu.jit.kernel.MoveElements;
import io.zoetrope.kernels.cpu.jit.kernel.TransposeBlocks;
import io.zoetrope.kernels.cpu.jit.memory.NativeView;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace;
import io.zoetrope.ops.CopyOperation;
import io.zoetrope.ops.CopyOperation.Copy;
import io.zoetrope.ops.CopyOperation.Fill;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Element-wise copy between tensors of any strides. Dimensions that both tensors walk through
 * without a gap are merged, so that the permutations of video models come down to two or three
 * dimensions. Dtypes that nobody computes with are left to the definition of the operation.
 */
public final class StridedCopy {
  /** Elements of a block of rows. */
  private static final long ROW_BLOCK = 1 << 14;

  /** Elements of a block that lie apart: its cache lines are read again and again. */
  private static final long TILE_BLOCK = 1 << 12;

  private static final long TILE_WIDTH = 64;

  /** Elements of runs, and of sides of a matrix, that fill vectors. */
  private static final long SHORTEST_SIDE = 8;

  /** Elements that make up for a call. */
  private static final long WORTH_A_CALL = 512;

  /** Size of a long dimension. */
  private static final long MANY = 32;

  private final RowRunner runner;
  private final ReferenceBackend definition = new ReferenceBackend();

  /** Makes the operation on top of functions of rows. */
  public StridedCopy(RowRunner runner) {
    this.runner = runner;
  }

  /** Computes a copy or a fill. */
  public void run(CopyOperation operation) {
    switch (operation) {
      case Copy op when op.out().dtype().isComputable() && op.x().dtype().isComputable() ->
          copy(op.out(), op.x());
      case Copy op -> definition.run(op);
      case Fill op -> fill(op);
    }
  }

  private void copy(Tensor out, Tensor x) {
    NativeView from = NativeView.of(x);
    NativeView to = NativeView.of(out);
    Plan plan = Plan.of(out, x);
    if (plan.hasRuns()) {
      copyRows(plan.withManyRows(), to, from);
    } else {
      Plan across = plan.withNeighboursAsRows();
      if (out.dtype() == x.dtype() && across.isTransposition()) {
        transpose(across, to, from);
      } else {
        copyElements(across.withManyColumns().withManyRows(), to, from);
      }
    }
    to.copyBack(out);
    Reference.reachabilityFence(from);
    Reference.reachabilityFence(to);
  }

  private void copyRows(Plan plan, NativeView to, NativeView from) {
    GeneratedFunction<ConvertRows> function =
        runner.function(new ConvertRows(runner.set(), from.dtype(), to.dtype()));
    long fromPitch = plan.rows().xStride() * from.dtype().bytes();
    long toPitch = plan.rows().outStride() * to.dtype().bytes();
    run(
        plan,
        ROW_BLOCK,
        ROW_BLOCK,
        (workspace, toStart, fromStart, rows, columns) ->
            workspace
                .call(function)
                .set(ConvertRows.SOURCE, from.at(fromStart), fromPitch)
                .set(ConvertRows.DESTINATION, to.at(toStart), toPitch)
                .set(ConvertRows.ROWS, rows)
                .set(ConvertRows.COLUMNS, columns)
                .run());
  }

  private void copyElements(Plan plan, NativeView to, NativeView from) {
    run(plan, TILE_WIDTH, TILE_BLOCK, mover(plan, to, from));
  }

  private Block mover(Plan plan, NativeView to, NativeView from) {
    GeneratedFunction<MoveElements> function =
        runner.function(new MoveElements(runner.set(), from.dtype(), to.dtype()));
    long fromBytes = from.dtype().bytes();
    long toBytes = to.dtype().bytes();
    return (workspace, toStart, fromStart, rows, columns) ->
        workspace
            .call(function)
            .set(MoveElements.SOURCE, from.at(fromStart), plan.rows().xStride() * fromBytes)
            .set(MoveElements.DESTINATION, to.at(toStart), plan.rows().outStride() * toBytes)
            .set(MoveElements.ROWS, rows)
            .set(MoveElements.COLUMNS, columns)
            .set(MoveElements.SOURCE_STEP, plan.columns().xStride() * fromBytes)
            .set(MoveElements.DESTINATION_STEP, plan.columns().outStride() * toBytes)
            .run();
  }

  /** What whole blocks leave over at two sides is moved element by element. */
  private void transpose(Plan plan, NativeView to, NativeView from) {
    GeneratedFunction<TransposeBlocks> function = runner.function(new TransposeBlocks(to.dtype()));
    int bytes = to.dtype().bytes();
    int blockColumns = TransposeBlocks.columns(to.dtype());
    long fromPitch = plan.columns().xStride();
    long toPitch = plan.rows().outStride();
    Block mover = mover(plan, to, from);
    run(
        plan,
        TILE_WIDTH,
        ROW_BLOCK,
        (workspace, toStart, fromStart, rows, columns) -> {
          long wholeRows = rows - rows % TransposeBlocks.ROWS;
          long wholeColumns = columns - columns % blockColumns;
          if (wholeRows > 0 && wholeColumns > 0) {
            workspace
                .call(function)
                .set(TransposeBlocks.SOURCE, from.at(fromStart), fromPitch * bytes)
                .set(TransposeBlocks.DESTINATION, to.at(toStart), toPitch * bytes)
                .set(TransposeBlocks.HEIGHT, wholeRows)
                .set(TransposeBlocks.WIDTH, wholeColumns)
                .run();
          }
          if (columns > wholeColumns) {
            long toRight = toStart + wholeColumns;
            long fromRight = fromStart + wholeColumns * fromPitch;
            mover.run(workspace, toRight, fromRight, wholeRows, columns - wholeColumns);
          }
          if (rows > wholeRows) {
            long toBelow = toStart + wholeRows * toPitch;
            mover.run(workspace, toBelow, fromStart + wholeRows, rows - wholeRows, columns);
          }
        });
  }

  private void fill(Fill op) {
    Tensor out = op.out();
    Plan plan = Plan.of(out, null);
    if (!out.dtype().isComputable() || plan.columns().outStride() != 1) {
      definition.run(op);
      return;
    }
    NativeView to = NativeView.of(out);
    GeneratedFunction<FillRows> function = runner.function(new FillRows(runner.set(), to.dtype()));
    long pitch = plan.rows().outStride() * to.dtype().bytes();
    run(
        plan,
        ROW_BLOCK,
        ROW_BLOCK,
        (workspace, toStart, _, rows, columns) ->
            workspace
                .call(function)
                .set(FillRows.DESTINATION, to.at(toStart), pitch)
                .set(FillRows.ROWS, rows)
                .set(FillRows.COLUMNS, columns)
                .setFloat(FillRows.VALUE, op.value())
                .run());
    to.copyBack(out);
    Reference.reachabilityFence(to);
  }

  /** Does one block; positions are those of its first element, in elements. */
  @FunctionalInterface
  private interface Block {
    void run(NativeWorkspace workspace, long toStart, long fromStart, long rows, long columns);
  }

  /**
   * Cuts rows and columns in blocks, and runs each for every index of the other dimensions, which
   * can be short ones inside of them.
   *
   * @param mostColumns of a block, if there are enough rows
   */
  private void run(Plan plan, long mostColumns, long mostElements, Block block) {
    long columnsOfFewRows = mostElements / Math.max(1, plan.rows().size());
    long width = Math.clamp(plan.columns().size(), 1, Math.max(mostColumns, columnsOfFewRows));
    long height = Math.clamp(plan.rows().size(), 1, mostElements / width);
    long across = Math.ceilDiv(plan.columns().size(), width);
    long down = Math.ceilDiv(plan.rows().size(), height);
    long outerCount = plan.outerCount();
    runner.run(
        across * down * outerCount,
        2 * Float.BYTES * width * height,
        (workspace, first, count) -> {
          for (long index = first; index < first + count; index++) {
            long tile = index / outerCount;
            long row = tile / across * height;
            long column = tile % across * width;
            long[] starts = plan.position(index % outerCount, row, column);
            block.run(
                workspace,
                starts[0],
                starts[1],
                Math.min(height, plan.rows().size() - row),
                Math.min(width, plan.columns().size() - column));
          }
        });
  }

  /** A dimension with its distances in elements. */
  private record Dimension(long size, long outStride, long xStride) {
    private static final Dimension ONE = new Dimension(1, 1, 1);

    boolean continues(Dimension inner) {
      return outStride == inner.outStride * inner.size && xStride == inner.xStride * inner.size;
    }
  }

  /**
   * How a copy walks through two tensors.
   *
   * @param columns the dimension in which the elements of the result lie closest
   * @param outer all but rows and columns
   */
  private record Plan(Dimension columns, Dimension rows, List<Dimension> outer) {
    /**
     * Plans a copy between two tensors of the same shape.
     *
     * @param x null for one element that is read with strides of 0
     */
    static Plan of(Tensor out, Tensor x) {
      List<Dimension> sorted = new ArrayList<>();
      for (int d = out.shape().rank() - 1; d >= 0; d--) {
        if (out.size(d) != 1) {
          sorted.add(new Dimension(out.size(d), out.stride(d), x == null ? 0 : x.stride(d)));
        }
      }
      sorted.sort(Comparator.comparingLong(Dimension::outStride));
      List<Dimension> merged = new ArrayList<>();
      for (Dimension next : sorted) {
        if (!merged.isEmpty() && next.continues(merged.getLast())) {
          Dimension inner = merged.removeLast();
          long size = inner.size * next.size;
          merged.add(new Dimension(size, inner.outStride, inner.xStride));
        } else {
          merged.add(next);
        }
      }
      while (merged.size() < 2) {
        merged.add(Dimension.ONE);
      }
      return new Plan(merged.get(0), merged.get(1), merged.subList(2, merged.size()));
    }

    /** Takes the dimension as rows in which the elements of the source lie closest. */
    Plan withNeighboursAsRows() {
      return withRows(others(rows, Dimension::xStride).getFirst());
    }

    /** Takes a long dimension as rows if there is little in them. */
    Plan withManyRows() {
      return columns.size * rows.size >= WORTH_A_CALL
          ? this
          : withRows(firstLong(others(rows, Dimension::xStride)));
    }

    /** Takes a long dimension as columns. */
    Plan withManyColumns() {
      if (columns.size >= MANY) {
        return this;
      }
      Dimension chosen = firstLong(others(columns, Dimension::outStride));
      if (chosen.size < rows.size && chosen.size < MANY) {
        return new Plan(rows, columns, outer);
      }
      return new Plan(chosen, rows, without(chosen, columns));
    }

    private Plan withRows(Dimension chosen) {
      return new Plan(columns, chosen, without(chosen, rows));
    }

    /** The outer dimensions and one more, those with the smallest distances first. */
    private List<Dimension> others(Dimension one, ToLongFunction<Dimension> distance) {
      List<Dimension> others = new ArrayList<>(outer);
      others.add(one);
      others.sort(Comparator.comparingLong(distance));
      return others;
    }

    private List<Dimension> without(Dimension chosen, Dimension added) {
      List<Dimension> others = new ArrayList<>(outer);
      others.add(added);
      others.remove(chosen);
      return others;
    }

    /** The first one that is long, or the longest. */
    private static Dimension firstLong(List<Dimension> dimensions) {
      return dimensions.stream()
          .filter(dimension -> dimension.size >= MANY)
          .findFirst()
          .orElseGet(() ->
              dimensions.stream().max(Comparator.comparingLong(Dimension::size)).orElseThrow());
    }

    /** Whether neighbours are neighbours in both tensors, and enough of them to move together. */
    boolean hasRuns() {
      return columns.outStride == 1
          && columns.xStride == 1
          && (columns.size >= SHORTEST_SIDE || rows.size == 1);
    }

    /** Whether neighbours of the result lie in columns, neighbours of the source in rows. */
    boolean isTransposition() {
      return columns.outStride == 1
          && rows.xStride == 1
          && Math.min(rows.size, columns.size) >= SHORTEST_SIDE;
    }

    long outerCount() {
      return outer.stream().mapToLong(Dimension::size).reduce(1, (a, b) -> a * b);
    }

    /** Returns where an element lies in the result and in the source. */
    long[] position(long outerIndex, long row, long column) {
      long to = row * rows.outStride + column * columns.outStride;
      long from = row * rows.xStride + column * columns.xStride;
      long rest = outerIndex;
      for (Dimension dimension : outer) {
        to += rest % dimension.size * dimension.outStride;
        from += rest % dimension.size * dimension.xStride;
        rest /= dimension.size;
      }
      return new long[] {to, from};
    }
  }
}
