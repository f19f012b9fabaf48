package io.zoetrope.kernels.cpu.jit;

import io.zoetrope.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Memory for one call of a kernel, all of it guarded. */
final class KernelRun implements AutoCloseable {
  final RandomGenerator random;
  private final Arena arena = Arena.ofConfined();
  private final List<GuardedRows> buffers = new ArrayList<>();

  KernelRun(RandomGenerator random) {
    this.random = random;
  }

  GuardedRows rows(DType dtype, int rows, int columns) {
    GuardedRows buffer = new GuardedRows(arena, dtype, rows, columns, random);
    buffers.add(buffer);
    return buffer;
  }

  /** Calls the kernel and checks that it has kept to the elements. */
  void call(MachineCode kernel, long... arguments) {
    MemorySegment record = arena.allocateFrom(ValueLayout.JAVA_LONG, arguments);
    kernel.call(record);
    buffers.forEach(GuardedRows::checkGuards);
  }

  @Override
  public void close() {
    arena.close();
  }
}
