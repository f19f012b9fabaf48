package io.zoetrope.kernels.cpu.jit;

import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.emulator.Count;

class EmulatedAvx512Bf16Test extends EmulatedContract {
  EmulatedAvx512Bf16Test() {
    super(InstructionSet.AVX512_BF16, Count.DOT_PRODUCT);
  }
}
