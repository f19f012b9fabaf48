package io.zoetrope.kernels.cpu.jit.kernel;

import io.zoetrope.kernels.cpu.jit.asm.ArgumentRecord;
import io.zoetrope.kernels.cpu.jit.asm.Call;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.asm.Machine;
import io.zoetrope.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** Memory for calls of kernels, all of it guarded: kernels may touch nothing else. */
final class KernelRun implements AutoCloseable {
  final RandomGenerator random;
  private final Machine machine;
  private final Arena arena = Arena.ofConfined();
  private final ArgumentRecord record = new ArgumentRecord(arena);
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
  <R extends KernelCache.Recipe> void call(R recipe, Consumer<Call<R>> arguments) {
    Call<R> call = machine.function(recipe).call(record);
    arguments.accept(call);
    machine.restrictTo(buffers.stream().map(GuardedRows::segment).toArray(MemorySegment[]::new));
    call.run();
    buffers.forEach(GuardedRows::checkGuards);
  }

  @Override
  public void close() {
    arena.close();
  }
}
