package io.zoetrope.kernels.cpu.jit;

import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.emulator.Count;

class EmulatedAvx512Test extends EmulatedContract {
  EmulatedAvx512Test() {
    super(InstructionSet.AVX512, Count.FMA);
  }
}
