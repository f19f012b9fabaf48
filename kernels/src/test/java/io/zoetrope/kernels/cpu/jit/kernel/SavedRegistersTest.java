package io.zoetrope.kernels.cpu.jit.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Address;
import io.zoetrope.kernels.cpu.jit.asm.Register;
import io.zoetrope.kernels.cpu.jit.memory.ProductOperands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The registers that belong to the caller, of which compiled Java code counts on R12. */
class SavedRegistersTest {
  @Test
  void aFunctionSavesWhatItChanges() {
    Assembler code = new Assembler();
    code.enter(Register.RBX);
    code.move(Register.RBX, 1);
    code.move(Register.R12, 1);
    code.load(Register.R11, Address.at(Register.R15));
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> code.leave(Register.RBX));
    assertEquals(
        "[R12] belong to the caller: enter and leave the function with them", e.getMessage());
  }

  /** Each measures the peak on the machines that have the set alone. */
  @ParameterizedTest
  @EnumSource(InstructionSet.class)
  void peaksAreMeasuredWithoutHarm(InstructionSet set) {
    for (ProductOperands operands : ProductOperands.values()) {
      for (boolean tiles : new boolean[] {false, true}) {
        new PeakLoop(set, operands, tiles).generate(new Assembler());
      }
    }
  }
}
