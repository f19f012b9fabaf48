package io.zoetrope.kernels.cpu.jit.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.Machine;
import io.zoetrope.kernels.cpu.jit.emulator.Count;
import io.zoetrope.kernels.cpu.jit.memory.ProductOperands;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The microkernel at every height, on every instruction set. */
class BlockProductTest {
  private final Random random = new Random(7);

  @ParameterizedTest
  @MethodSource("io.zoetrope.kernels.cpu.jit.asm.Machine#all")
  void multipliesTilesOfEveryHeight(Machine machine) {
    InstructionSet set = machine.set();
    ProductChecks checks = new ProductChecks(machine, random);
    for (ProductOperands operands : ProductOperands.values()) {
      if (operands == ProductOperands.HALVES && !set.multipliesHalves()) {
        continue;
      }
      for (int rows = 1; rows <= BlockProduct.mostRows(set, false); rows++) {
        var plain = new BlockProduct(set, operands, false, rows, false);
        var accumulating = new BlockProduct(set, operands, false, rows, true);
        checks.product(plain, 1, 1, 1, 2);
        checks.product(accumulating, 3, 2, 2, 14);
        checks.product(accumulating, 2, 3, 1, 34);
      }
    }
  }

  @Test
  void multipliesTilesOfTheMatrixUnit() {
    Machine machine = new Machine(InstructionSet.AMX, true);
    ProductChecks checks = new ProductChecks(machine, random);
    for (int rows = 1; rows <= BlockProduct.mostRows(InstructionSet.AMX, true); rows++) {
      checks.product(tiles(rows, false), 1, 2, 1, 32);
      checks.product(tiles(rows, true), 3, 1, 2, 96);
    }
    assertTrue(machine.count(Count.TILE_PRODUCT) > 0, "no tile products ran");
  }

  private static BlockProduct tiles(int rows, boolean accumulate) {
    return new BlockProduct(InstructionSet.AMX, ProductOperands.HALVES, true, rows, accumulate);
  }
}
