package io.zoetrope.kernels.cpu.jit.asm;

import java.lang.foreign.MemorySegment;

/** The code of a generated function, which trusts its arguments. */
@FunctionalInterface
public interface MachineCode {
  /**
   * Runs the function.
   *
   * @param arguments record of 64-bit values in native memory, in the order of their names
   */
  void call(MemorySegment arguments);

  /** Makes bytes of code callable. */
  @FunctionalInterface
  interface Loader {
    MachineCode load(byte[] code);
  }
}
