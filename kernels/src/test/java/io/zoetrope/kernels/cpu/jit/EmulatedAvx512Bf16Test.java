package io.zoetrope.kernels.cpu.jit;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendContract;

/** Code for AVX512_BF16, on the emulator. */
class EmulatedAvx512Bf16Test extends BackendContract {
  @Override
  protected Backend open() {
    return new GeneratedBackend(
        2, InstructionSet.AVX512_BF16, new Machine(InstructionSet.AVX512_BF16, true).loader());
  }

  @Override
  protected boolean roundsProbabilities() {
    return true;
  }
}
