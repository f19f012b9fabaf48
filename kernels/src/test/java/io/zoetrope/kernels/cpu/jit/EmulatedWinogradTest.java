package io.zoetrope.kernels.cpu.jit;

import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.Machine;

/** With vectors of 512 bits. */
class EmulatedWinogradTest extends WinogradContract {
  @Override
  Machine machine() {
    return new Machine(InstructionSet.AVX512, true);
  }
}
