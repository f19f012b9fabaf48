package io.zoetrope.kernels.cpu.jit.kernel;

import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.DIVIDE;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.MULTIPLY;

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
 * Ends a softmax that {@link SoftmaxRows} has computed block by block: {@code out = sums / total},
 * row by row. A total of 0 gives NaN, as in the definition of softmax.
 *
 * <p>Arguments: {@code sums (F32), bytes between its rows, totals (F32, one per row), out, bytes
 * between its rows, rows, columns}.
 */
public record FinishRows(InstructionSet set, DType out) implements KernelCache.Recipe {
  private static final Register SUMS = Register.RSI;
  private static final Register OUT = Register.RDX;
  private static final Register ROWS = Register.R8;
  private static final Register COLUMNS = Register.R9;
  private static final Register TOTALS = Register.R10;

  @Override
  public void generate(Assembler assembler) {
    VectorCode.write(assembler, set, this::write);
  }

  private void write(VectorCode code) {
    Assembler assembler = code.assembler();
    assembler.load(TOTALS, Assembler.argument(2));
    assembler.load(ROWS, Assembler.argument(5));
    assembler.load(COLUMNS, Assembler.argument(6));
    Vector factor = code.fresh();
    Vector total = code.fresh();
    code.rows(
        ROWS,
        List.of(new Rows(SUMS, 0), new Rows(OUT, 3)),
        () -> {
          code.broadcast(total, Address.at(TOTALS));
          code.fill(factor, 1);
          assembler.vector(DIVIDE, factor, factor, total);
          code.columns(
              COLUMNS,
              2,
              vector -> {
                Vector value = code.fresh();
                code.load(DType.F32, value, code.at(SUMS, DType.F32, vector));
                assembler.vector(MULTIPLY, value, value, factor);
                code.store(out, code.at(OUT, out, vector), value);
              });
          assembler.add(TOTALS, Float.BYTES);
        });
    assembler.leave();
  }
}
