package io.zoetrope.kernels.cpu.jit.kernel;

import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.DIVIDE;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.MULTIPLY;

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
 * Ends a softmax that {@link SoftmaxRows} has computed block by block: {@code out = sums / total},
 * row by row. A total of 0 gives NaN, as in the definition of softmax.
 *
 * @param out dtype of the result
 */
public record FinishRows(InstructionSet set, DType out) implements KernelCache.Recipe {
  private static final ArgumentNames<FinishRows> NAMES = new ArgumentNames<>();

  /** F32. */
  public static final RowsArgument<FinishRows> SUMS = NAMES.rows("sums");

  /** F32, one for each row. */
  public static final Argument<FinishRows> TOTALS = NAMES.value("totals");

  public static final RowsArgument<FinishRows> OUT = NAMES.rows("out");
  public static final Argument<FinishRows> ROWS = NAMES.value("rows");
  public static final Argument<FinishRows> COLUMNS = NAMES.value("columns");

  private static final Register SUMS_ROW = Register.RSI;
  private static final Register OUT_ROW = Register.RDX;
  private static final Register COUNTER = Register.R8;
  private static final Register END = Register.R9;
  private static final Register TOTAL_AT = Register.R10;

  @Override
  public void generate(Assembler assembler) {
    VectorCode.write(assembler, set, this::write);
  }

  private void write(VectorCode code) {
    Assembler assembler = code.assembler();
    assembler.load(TOTAL_AT, assembler.argument(TOTALS));
    assembler.load(COUNTER, assembler.argument(ROWS));
    assembler.load(END, assembler.argument(COLUMNS));
    Vector factor = code.fresh();
    Vector total = code.fresh();
    code.rows(
        COUNTER,
        List.of(new Rows(SUMS_ROW, SUMS), new Rows(OUT_ROW, OUT)),
        () -> {
          code.broadcast(total, Address.at(TOTAL_AT));
          code.fill(factor, 1);
          assembler.vector(DIVIDE, factor, factor, total);
          code.columns(
              END,
              2,
              vector -> {
                Vector value = code.fresh();
                code.load(DType.F32, value, code.at(SUMS_ROW, DType.F32, vector));
                assembler.vector(MULTIPLY, value, value, factor);
                code.store(out, code.at(OUT_ROW, out, vector), value);
              });
          assembler.add(TOTAL_AT, Float.BYTES);
        });
    assembler.leave();
  }
}
