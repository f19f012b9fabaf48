package io.zoetrope.kernels.cpu.jit.asm;

import java.lang.foreign.MemorySegment;

/** A generated function. It trusts its arguments: whoever fills them in has checked them. */
@FunctionalInterface
public interface MachineCode {
  /**
   * Runs the function.
   *
   * @param arguments record of 64-bit values in native memory, in the order that the generator says
   */
  void call(MemorySegment arguments);

  /** Makes bytes of code callable. */
  @FunctionalInterface
  interface Loader {
    MachineCode load(byte[] code);
  }
}
