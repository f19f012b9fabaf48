package io.zoetrope.kernels.cpu.jit.kernel;

import io.zoetrope.kernels.cpu.jit.asm.Argument;
import io.zoetrope.kernels.cpu.jit.asm.ArgumentNames;
import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import io.zoetrope.kernels.cpu.jit.asm.Register;
import io.zoetrope.kernels.cpu.jit.asm.RowsArgument;
import io.zoetrope.kernels.cpu.jit.asm.VectorInstruction;
import io.zoetrope.kernels.cpu.jit.code.VectorCode;
import io.zoetrope.kernels.cpu.jit.code.VectorFunctions;
import io.zoetrope.kernels.cpu.jit.code.VectorLoops;
import io.zoetrope.kernels.cpu.jit.code.VectorLoops.Rows;
import io.zoetrope.ops.Activation;
import io.zoetrope.tensor.DType;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Computes each element of some rows from the element in the same place: {@code
 * clamp(activation(x), min, max)}. NaN stays NaN.
 *
 * @param clamp whether the result is limited to a range
 */
public record MapRows(InstructionSet set, DType dtype, Activation activation, boolean clamp)
    implements KernelCache.Recipe {
  private static final ArgumentNames<MapRows> NAMES = new ArgumentNames<>();

  public static final RowsArgument<MapRows> X = NAMES.rows("x");

  /** May be x. */
  public static final RowsArgument<MapRows> OUT = NAMES.rows("out");

  public static final Argument<MapRows> ROWS = NAMES.value("rows");
  public static final Argument<MapRows> COLUMNS = NAMES.value("columns");

  /** A float; read if the result is limited. */
  public static final Argument<MapRows> MIN = NAMES.value("min");

  /** A float; read if the result is limited. */
  public static final Argument<MapRows> MAX = NAMES.value("max");

  private static final Register X_ROW = Register.RSI;
  private static final Register OUT_ROW = Register.RDX;
  private static final Register COUNTER = Register.R8;
  private static final Register END = Register.R9;

  @Override
  public boolean equals(Object other) {
    return other instanceof MapRows recipe
        && set == recipe.set
        && dtype == recipe.dtype
        && activation == recipe.activation
        && clamp == recipe.clamp;
  }

  @Override
  public int hashCode() {
    return ((set.ordinal() * 31 + dtype.ordinal()) * 31 + activation.ordinal()) * 31
        + (clamp ? 1 : 0);
  }

  @Override
  public void generate(Assembler assembler) {
    VectorCode.write(assembler, set, this::write);
  }

  private void write(VectorCode code) {
    Assembler assembler = code.assembler();
    VectorFunctions functions = new VectorFunctions(code, dtype);
    assembler.load(COUNTER, assembler.argument(ROWS));
    assembler.load(END, assembler.argument(COLUMNS));
    Vector least = clamp ? code.fresh() : null;
    Vector most = clamp ? code.fresh() : null;
    if (clamp) {
      code.broadcast(least, assembler.argument(MIN));
      code.broadcast(most, assembler.argument(MAX));
    }
    IntFunction<Vector[]> begin =
        vector -> {
          Vector value = code.fresh();
          code.load(dtype, value, X_ROW, vector);
          return functions.begin(activation, value);
        };
    VectorLoops.Finish finish =
        (vector, begun) -> {
          functions.finish(activation, begun);
          Vector value = begun[0];
          if (clamp) {
            // Of two operands one of which is NaN, the second is returned.
            assembler.vector(VectorInstruction.MAX, value, least, value);
            assembler.vector(VectorInstruction.MIN, value, most, value);
          }
          code.store(dtype, OUT_ROW, vector, value);
        };
    code.rows(
        COUNTER,
        List.of(new Rows(X_ROW, X), new Rows(OUT_ROW, OUT)),
        () -> {
          if (VectorFunctions.hasStages(activation)) {
            code.stagedColumnsOf(dtype, END, code.overlap(), begin, finish);
          } else {
            code.columnsOf(dtype, END, code.overlap(), i -> finish.accept(i, begin.apply(i)));
          }
        });
    assembler.leave();
  }
}
