package io.zoetrope.kernels.cpu.jit;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendContract;

/** Code for AMX, on the emulator. */
class EmulatedAmxTest extends BackendContract {
  @Override
  protected Backend open() {
    return new GeneratedBackend(
        2, InstructionSet.AMX, new Machine(InstructionSet.AMX, true).loader());
  }

  @Override
  protected boolean roundsProbabilities() {
    return true;
  }
}
