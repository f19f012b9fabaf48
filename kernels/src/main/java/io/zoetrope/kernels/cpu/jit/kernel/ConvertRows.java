package io.zoetrope.kernels.cpu.jit.kernel;

import io.zoetrope.kernels.cpu.jit.asm.Argument;
import io.zoetrope.kernels.cpu.jit.asm.ArgumentNames;
import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import io.zoetrope.kernels.cpu.jit.asm.Register;
import io.zoetrope.kernels.cpu.jit.asm.RowsArgument;
import io.zoetrope.kernels.cpu.jit.code.VectorCode;
import io.zoetrope.kernels.cpu.jit.code.VectorLoops.Rows;
import io.zoetrope.tensor.DType;
import java.util.List;

/**
 * Copies rows from one place to another and converts between F32 and BF16 on the way, to nearest
 * even; rows of F16 can be read, too.
 */
public record ConvertRows(InstructionSet set, DType from, DType to) implements KernelCache.Recipe {
  private static final ArgumentNames<ConvertRows> NAMES = new ArgumentNames<>();

  public static final RowsArgument<ConvertRows> SOURCE = NAMES.rows("source");
  public static final RowsArgument<ConvertRows> DESTINATION = NAMES.rows("destination");
  public static final Argument<ConvertRows> ROWS = NAMES.value("rows");
  public static final Argument<ConvertRows> COLUMNS = NAMES.value("columns");

  private static final Register SOURCE_ROW = Register.RSI;
  private static final Register DESTINATION_ROW = Register.RDX;
  private static final Register COUNTER = Register.R8;
  private static final Register END = Register.R9;

  @Override
  public boolean equals(Object other) {
    return other instanceof ConvertRows recipe
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
    assembler.load(COUNTER, assembler.argument(ROWS));
    assembler.load(END, assembler.argument(COLUMNS));
    code.rows(
        COUNTER,
        List.of(new Rows(SOURCE_ROW, SOURCE), new Rows(DESTINATION_ROW, DESTINATION)),
        () -> code.columns(END, 4, vector -> move(code, vector)));
    assembler.leave();
  }

  private void move(VectorCode code, int vector) {
    if (from == to) {
      code.copy(to, code.at(DESTINATION_ROW, to, vector), code.at(SOURCE_ROW, from, vector));
    } else {
      Vector value = code.fresh();
      code.load(from, value, code.at(SOURCE_ROW, from, vector));
      code.quiet(value);
      code.store(to, code.at(DESTINATION_ROW, to, vector), value);
    }
  }
}
