package io.zoetrope.kernels.cpu.jit.kernel;

import io.zoetrope.kernels.cpu.jit.asm.Argument;
import io.zoetrope.kernels.cpu.jit.asm.ArgumentNames;
import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Address;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import io.zoetrope.kernels.cpu.jit.asm.Register;
import io.zoetrope.kernels.cpu.jit.asm.RowsArgument;
import io.zoetrope.kernels.cpu.jit.code.VectorCode;
import io.zoetrope.kernels.cpu.jit.code.VectorLoops.Rows;
import io.zoetrope.tensor.DType;
import java.util.List;

/**
 * Copies elements that lie apart, with conversion: {@code destination[row][column] =
 * source[row][column]} with any distances in both directions.
 */
public record MoveElements(InstructionSet set, DType from, DType to) implements KernelCache.Recipe {
  private static final ArgumentNames<MoveElements> NAMES = new ArgumentNames<>();

  public static final RowsArgument<MoveElements> SOURCE = NAMES.rows("source");
  public static final RowsArgument<MoveElements> DESTINATION = NAMES.rows("destination");
  public static final Argument<MoveElements> ROWS = NAMES.value("rows");
  public static final Argument<MoveElements> COLUMNS = NAMES.value("columns");

  /** Bytes from column to column of the source. */
  public static final Argument<MoveElements> SOURCE_STEP = NAMES.value("source step");

  /** Bytes from column to column of the destination. */
  public static final Argument<MoveElements> DESTINATION_STEP = NAMES.value("destination step");

  private static final Register SOURCE_ROW = Register.RSI;
  private static final Register DESTINATION_ROW = Register.RDX;
  private static final Register COUNTER = Register.R8;
  private static final Register END = Register.R9;
  private static final Register STEP_OF_SOURCE = Register.R10;
  private static final Register STEP_OF_DESTINATION = Register.R11;
  private static final Register SOURCE_AT = Register.RBX;
  private static final Register DESTINATION_AT = Register.RBP;

  @Override
  public boolean equals(Object other) {
    return other instanceof MoveElements recipe
        && set == recipe.set
        && from == recipe.from
        && to == recipe.to;
  }

  @Override
  public int hashCode() {
    return (set.ordinal() * 31 + from.ordinal()) * 31 + to.ordinal();
  }

  @Override
  public void generate(Assembler assembler) {
    VectorCode.write(assembler, set, this::write);
  }

  private void write(VectorCode code) {
    Assembler assembler = code.assembler();
    assembler.enter(SOURCE_AT, DESTINATION_AT);
    assembler.load(COUNTER, assembler.argument(ROWS));
    assembler.load(END, assembler.argument(COLUMNS));
    assembler.load(STEP_OF_SOURCE, assembler.argument(SOURCE_STEP));
    assembler.load(STEP_OF_DESTINATION, assembler.argument(DESTINATION_STEP));
    code.rows(
        COUNTER,
        List.of(new Rows(SOURCE_ROW, SOURCE), new Rows(DESTINATION_ROW, DESTINATION)),
        () -> {
          assembler.move(SOURCE_AT, SOURCE_ROW);
          assembler.move(DESTINATION_AT, DESTINATION_ROW);
          assembler.move(VectorCode.INDEX, 0);
          code.elements(END, 1, _ -> element(code));
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
    assembler.add(SOURCE_AT, STEP_OF_SOURCE);
    assembler.add(DESTINATION_AT, STEP_OF_DESTINATION);
  }
}
