package io.zoetrope.kernels.cpu.jit.kernel;

import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.asm.Machine;
import io.zoetrope.kernels.cpu.jit.asm.MachineCode;
import io.zoetrope.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;

/** Memory for calls of kernels, all of it guarded: kernels may touch nothing else. */
final class KernelRun implements AutoCloseable {
  final RandomGenerator random;
  private final Machine machine;
  private final Arena arena = Arena.ofConfined();
  private final List<GuardedRows> buffers = new ArrayList<>();

  KernelRun(Machine machine, RandomGenerator random) {
    this.machine = machine;
    this.random = random;
  }

  GuardedRows rows(DType dtype, int rows, int columns) {
    GuardedRows buffer = new GuardedRows(arena, dtype, rows, columns, random);
    buffers.add(buffer);
    return buffer;
  }

  /** Numbers of 64 bits, guarded as well; kernels may touch them in every call from now on. */
  GuardedRows longs(long... values) {
    GuardedRows buffer = rows(DType.F32, 1, 2 * values.length);
    buffer.segment().copyFrom(MemorySegment.ofArray(values));
    return buffer;
  }

  /** Calls the kernel and checks that it has kept to the elements. */
  void call(KernelCache.Recipe recipe, long... arguments) {
    MemorySegment record = arena.allocateFrom(ValueLayout.JAVA_LONG, arguments);
    MachineCode kernel = machine.code(recipe);
    machine.restrictTo(buffers.stream().map(GuardedRows::segment).toArray(MemorySegment[]::new));
    kernel.call(record);
    buffers.forEach(GuardedRows::checkGuards);
  }

  /** Calls a function whose arguments are two tables, their size, and perhaps more. */
  void callOnRows(
      KernelCache.Recipe recipe,
      GuardedRows from,
      GuardedRows to,
      int rows,
      int columns,
      long... more) {
    long[] tables = {from.address(), from.pitch, to.address(), to.pitch, rows, columns};
    call(recipe, LongStream.concat(LongStream.of(tables), LongStream.of(more)).toArray());
  }

  @Override
  public void close() {
    arena.close();
  }
}
