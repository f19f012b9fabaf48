package io.zoetrope.kernels.cpu.jit.kernel;

import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.MAX;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.MIN;

import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import io.zoetrope.kernels.cpu.jit.asm.Register;
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
 * <p>Arguments: {@code x, bytes between its rows, out (may be x), bytes between its rows, rows,
 * columns, bits of min as float, bits of max}; the last two are read if asked for.
 *
 * @param clamp whether the result is limited to a range
 */
public record MapRows(InstructionSet set, DType dtype, Activation activation, boolean clamp)
    implements KernelCache.Recipe {
  private static final Register X = Register.RSI;
  private static final Register OUT = Register.RDX;
  private static final Register ROWS = Register.R8;
  private static final Register COLUMNS = Register.R9;

  @Override
  public void generate(Assembler assembler) {
    VectorCode.write(assembler, set, this::write);
  }

  private void write(VectorCode code) {
    Assembler assembler = code.assembler();
    VectorFunctions functions = new VectorFunctions(code, dtype);
    assembler.load(ROWS, Assembler.argument(4));
    assembler.load(COLUMNS, Assembler.argument(5));
    Vector min = clamp ? code.fresh() : null;
    Vector max = clamp ? code.fresh() : null;
    if (clamp) {
      code.broadcast(min, Assembler.argument(6));
      code.broadcast(max, Assembler.argument(7));
    }
    IntFunction<Vector[]> begin =
        vector -> {
          Vector value = code.fresh();
          code.load(dtype, value, X, vector);
          return functions.begin(activation, value);
        };
    VectorLoops.Finish finish =
        (vector, begun) -> {
          functions.finish(activation, begun);
          Vector value = begun[0];
          if (clamp) {
            // Of two operands one of which is NaN, the second is returned.
            assembler.vector(MAX, value, min, value);
            assembler.vector(MIN, value, max, value);
          }
          code.store(dtype, OUT, vector, value);
        };
    code.rows(
        ROWS,
        List.of(new Rows(X, 0), new Rows(OUT, 2)),
        () -> {
          if (VectorFunctions.hasStages(activation)) {
            code.stagedColumnsOf(dtype, COLUMNS, code.overlap(), begin, finish);
          } else {
            code.columnsOf(dtype, COLUMNS, code.overlap(), i -> finish.accept(i, begin.apply(i)));
          }
        });
    assembler.leave();
  }
}
