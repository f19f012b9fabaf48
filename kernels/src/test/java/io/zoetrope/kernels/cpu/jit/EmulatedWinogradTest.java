package io.zoetrope.kernels.cpu.jit;

/** With vectors of 512 bits. */
class EmulatedWinogradTest extends WinogradContract {
  @Override
  Machine machine() {
    return new Machine(InstructionSet.AVX512, true);
  }
}
