package io.zoetrope.kernels.cpu.jit;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendContract;

/** Code for AVX512, on the emulator. */
class EmulatedAvx512Test extends BackendContract {
  @Override
  protected Backend open() {
    return new GeneratedBackend(
        2, InstructionSet.AVX512, new Machine(InstructionSet.AVX512, true).loader());
  }
}
