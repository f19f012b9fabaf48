package io.zoetrope.kernels.cpu.jit.op;

import io.zoetrope.kernels.cpu.jit.asm.Call;
import io.zoetrope.kernels.cpu.jit.asm.GeneratedFunction;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.kernel.ArrangeVector;
import io.zoetrope.kernels.cpu.jit.kernel.ConvertRows;
import io.zoetrope.kernels.cpu.jit.memory.NativeView;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace;
import io.zoetrope.kernels.cpu.pool.WorkerPool;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/** Runs generated functions over many rows, on all threads. */
public final class RowRunner {
  /** Bytes that a task reads and writes: some microseconds of work. */
  static final long TASK_BYTES = 1 << 17;

  /** With fewer tasks, they would be done before another thread has woken up. */
  private static final int FEWEST_TASKS = 4;

  private final InstructionSet set;
  private final KernelCache kernels;
  private final WorkerPool<NativeWorkspace> pool;

  /** Makes a runner for an instruction set, with its functions and the threads that run them. */
  public RowRunner(InstructionSet set, KernelCache kernels, WorkerPool<NativeWorkspace> pool) {
    this.set = set;
    this.kernels = kernels;
    this.pool = pool;
  }

  /** Gives the arguments of a function for some rows (or elements, or whatever is counted). */
  @FunctionalInterface
  interface Arguments<R extends KernelCache.Recipe> {
    /** Gives those of {@code count} rows from {@code first} on. */
    void give(Call<R> call, long first, long count);
  }

  /** One part of the work. */
  @FunctionalInterface
  interface Task {
    /** Does {@code count} rows from {@code first} on. */
    void run(NativeWorkspace workspace, long first, long count);
  }

  InstructionSet set() {
    return set;
  }

  <R extends KernelCache.Recipe> GeneratedFunction<R> function(R recipe) {
    return kernels.get(recipe);
  }

  /** Runs a function for rows 0 to {@code rows - 1}, each of which moves so many bytes. */
  <R extends KernelCache.Recipe> void run(
      R recipe, long rows, long rowBytes, Arguments<R> arguments) {
    GeneratedFunction<R> function = kernels.get(recipe);
    run(
        rows,
        rowBytes,
        (workspace, first, count) -> {
          Call<R> call = workspace.call(function);
          arguments.give(call, first, count);
          call.run();
        });
  }

  /** Splits rows among the threads; each of them moves so many bytes. */
  void run(long rows, long rowBytes, Task task) {
    long rowsOfTask = Math.max(1, TASK_BYTES / Math.max(1, rowBytes));
    int tasks = Math.toIntExact(Math.ceilDiv(rows, rowsOfTask));
    if (tasks < FEWEST_TASKS) {
      if (rows > 0) {
        task.run(pool.workspace(), 0, rows);
      }
      return;
    }
    pool.run(
        tasks,
        (index, workspace) -> {
          long first = index * rowsOfTask;
          task.run(workspace, first, Math.min(rowsOfTask, rows - first));
        });
  }

  /** Runs tasks that are as large as those that rows are split in. */
  void runEach(int tasks, WorkerPool.Task<NativeWorkspace> task) {
    if (tasks >= FEWEST_TASKS) {
      pool.run(tasks, task);
      return;
    }
    for (int i = 0; i < tasks; i++) {
      task.run(i, pool.workspace());
    }
  }

  /** The elements of a contiguous tensor, BF16 or F32, as F32 in native memory; null for null. */
  NativeView floats(Tensor tensor) {
    if (tensor == null || tensor.dtype() == DType.F32) {
      return NativeView.ofNullable(tensor);
    }
    long count = tensor.count();
    MemorySegment floats = Arena.ofAuto().allocate(Math.max(1, count) * Float.BYTES, 64);
    NativeView from = NativeView.of(tensor);
    pool.workspace()
        .call(kernels.get(new ConvertRows(set, DType.BF16, DType.F32)))
        .set(ConvertRows.SOURCE, from.address(), 0)
        .set(ConvertRows.DESTINATION, floats.address(), 0)
        .set(ConvertRows.ROWS, 1)
        .set(ConvertRows.COLUMNS, count)
        .run();
    Reference.reachabilityFence(from);
    return new NativeView(floats, DType.F32, floats.address());
  }

  /**
   * The elements of a contiguous vector as {@link ArrangeVector} leaves them.
   *
   * @param heads parts of the same size, each of which is arranged for itself
   * @param piece where to, for the calling thread's current operation
   */
  NativeView arranged(Tensor vector, int heads, NativeWorkspace.Piece piece) {
    NativeView from = vector.dtype() == DType.BF16 ? NativeView.of(vector) : floats(vector);
    NativeWorkspace workspace = pool.workspace();
    MemorySegment to = workspace.piece(piece, vector.count() * Float.BYTES);
    long headDim = vector.count() / heads;
    workspace
        .call(kernels.get(new ArrangeVector(set, from.dtype())))
        .set(ArrangeVector.SOURCE, from.address(), headDim * from.dtype().bytes())
        .set(ArrangeVector.DESTINATION, to.address(), headDim * Float.BYTES)
        .set(ArrangeVector.HEADS, heads)
        .set(ArrangeVector.HEAD_DIM, headDim)
        .run();
    Reference.reachabilityFence(from);
    return new NativeView(to, DType.F32, to.address());
  }
}
