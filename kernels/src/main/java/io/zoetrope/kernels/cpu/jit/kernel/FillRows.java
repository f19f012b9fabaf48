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

/** Sets all elements of some rows to one value. */
public record FillRows(InstructionSet set, DType to) implements KernelCache.Recipe {
  private static final ArgumentNames<FillRows> NAMES = new ArgumentNames<>();

  public static final RowsArgument<FillRows> DESTINATION = NAMES.rows("destination");
  public static final Argument<FillRows> ROWS = NAMES.value("rows");
  public static final Argument<FillRows> COLUMNS = NAMES.value("columns");

  /** A float. */
  public static final Argument<FillRows> VALUE = NAMES.value("value");

  private static final Register ROW = Register.RSI;
  private static final Register COUNTER = Register.R8;
  private static final Register END = Register.R9;

  @Override
  public boolean equals(Object other) {
    return other instanceof FillRows recipe && set == recipe.set && to == recipe.to;
  }

  @Override
  public int hashCode() {
    return set.ordinal() * 31 + to.ordinal();
  }

  @Override
  public void generate(Assembler assembler) {
    VectorCode.write(assembler, set, this::write);
  }

  private void write(VectorCode code) {
    Assembler assembler = code.assembler();
    assembler.load(COUNTER, assembler.argument(ROWS));
    assembler.load(END, assembler.argument(COLUMNS));
    Vector value = code.fresh();
    code.broadcast(value, assembler.argument(VALUE));
    code.quiet(value);
    code.rows(
        COUNTER,
        List.of(new Rows(ROW, DESTINATION)),
        () -> code.columns(END, 4, vector -> code.store(to, code.at(ROW, to, vector), value)));
    assembler.leave();
  }
}
