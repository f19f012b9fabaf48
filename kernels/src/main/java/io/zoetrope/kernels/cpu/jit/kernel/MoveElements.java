package io.zoetrope.kernels.cpu.jit.kernel;

import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Address;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import io.zoetrope.kernels.cpu.jit.asm.Register;
import io.zoetrope.kernels.cpu.jit.code.VectorCode;
import io.zoetrope.kernels.cpu.jit.code.VectorLoops.Rows;
import io.zoetrope.tensor.DType;
import java.util.List;

/**
 * Copies elements that lie apart, with conversion: {@code destination[row][column] =
 * source[row][column]} with any distances in both directions.
 *
 * <p>Arguments: {@code source, bytes between its rows, destination, bytes between its rows, rows,
 * columns, bytes between the columns of the source, bytes between the columns of the destination}.
 */
public record MoveElements(InstructionSet set, DType from, DType to) implements KernelCache.Recipe {
  private static final Register SOURCE = Register.RSI;
  private static final Register DESTINATION = Register.RDX;
  private static final Register ROWS = Register.R8;
  private static final Register COLUMNS = Register.R9;
  private static final Register SOURCE_STEP = Register.R10;
  private static final Register DESTINATION_STEP = Register.R11;
  private static final Register SOURCE_AT = Register.RBX;
  private static final Register DESTINATION_AT = Register.RBP;

  @Override
  public void generate(Assembler assembler) {
    VectorCode.write(assembler, set, this::write);
  }

  private void write(VectorCode code) {
    Assembler assembler = code.assembler();
    assembler.enter(SOURCE_AT, DESTINATION_AT);
    assembler.load(ROWS, Assembler.argument(4));
    assembler.load(COLUMNS, Assembler.argument(5));
    assembler.load(SOURCE_STEP, Assembler.argument(6));
    assembler.load(DESTINATION_STEP, Assembler.argument(7));
    code.rows(
        ROWS,
        List.of(new Rows(SOURCE, 0), new Rows(DESTINATION, 2)),
        () -> {
          assembler.move(SOURCE_AT, SOURCE);
          assembler.move(DESTINATION_AT, DESTINATION);
          assembler.move(VectorCode.INDEX, 0);
          code.elements(COLUMNS, 1, _ -> element(code));
        });
    assembler.leave(SOURCE_AT, DESTINATION_AT);
  }

  private void element(VectorCode code) {
    Assembler assembler = code.assembler();
    Address source = Address.at(SOURCE_AT);
    Address destination = Address.at(DESTINATION_AT);
    if (from == to) {
      code.copy(to, destination, source);
    } else {
      Vector value = code.fresh();
      code.load(from, value, source);
      code.quiet(value);
      code.store(to, destination, value);
    }
    assembler.add(SOURCE_AT, SOURCE_STEP);
    assembler.add(DESTINATION_AT, DESTINATION_STEP);
  }
}
