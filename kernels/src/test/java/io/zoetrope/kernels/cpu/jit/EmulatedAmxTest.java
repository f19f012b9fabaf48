package io.zoetrope.kernels.cpu.jit;

import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.emulator.Count;

class EmulatedAmxTest extends EmulatedContract {
  EmulatedAmxTest() {
    super(InstructionSet.AMX, Count.TILE_PRODUCT);
  }
}
