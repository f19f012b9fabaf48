package io.zoetrope.kernels.cpu.jit.kernel;

import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import io.zoetrope.kernels.cpu.jit.asm.Register;
import io.zoetrope.kernels.cpu.jit.code.VectorCode;
import io.zoetrope.kernels.cpu.jit.code.VectorLoops.Rows;
import io.zoetrope.tensor.DType;
import java.util.List;

/**
 * Copies rows from one place to another and converts between F32 and BF16 on the way, to nearest
 * even.
 *
 * <p>Arguments: {@code source, bytes between its rows, destination, bytes between its rows, rows,
 * columns}.
 */
public record ConvertRows(InstructionSet set, DType from, DType to) implements KernelCache.Recipe {
  private static final Register SOURCE = Register.RSI;
  private static final Register DESTINATION = Register.RDX;
  private static final Register ROWS = Register.R8;
  private static final Register COLUMNS = Register.R9;

  @Override
  public void generate(Assembler assembler) {
    VectorCode.write(assembler, set, this::write);
  }

  private void write(VectorCode code) {
    Assembler assembler = code.assembler();
    assembler.load(ROWS, Assembler.argument(4));
    assembler.load(COLUMNS, Assembler.argument(5));
    code.rows(
        ROWS,
        List.of(new Rows(SOURCE, 0), new Rows(DESTINATION, 2)),
        () -> code.columns(COLUMNS, 4, vector -> move(code, vector)));
    assembler.leave();
  }

  private void move(VectorCode code, int vector) {
    if (from == to) {
      code.copy(to, code.at(DESTINATION, to, vector), code.at(SOURCE, from, vector));
    } else {
      Vector value = code.fresh();
      code.load(from, value, code.at(SOURCE, from, vector));
      code.quiet(value);
      code.store(to, code.at(DESTINATION, to, vector), value);
    }
  }
}
