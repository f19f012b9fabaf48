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
 * Sets all elements of some rows to one value.
 *
 * <p>Arguments: {@code destination, bytes between its rows, rows, columns, bits of the value as
 * float}.
 */
public record FillRows(InstructionSet set, DType to) implements KernelCache.Recipe {
  private static final Register DESTINATION = Register.RSI;
  private static final Register ROWS = Register.R8;
  private static final Register COLUMNS = Register.R9;

  @Override
  public void generate(Assembler assembler) {
    VectorCode.write(assembler, set, this::write);
  }

  private void write(VectorCode code) {
    Assembler assembler = code.assembler();
    assembler.load(ROWS, Assembler.argument(2));
    assembler.load(COLUMNS, Assembler.argument(3));
    Vector value = code.fresh();
    code.broadcast(value, Assembler.argument(4));
    code.quiet(value);
    code.rows(
        ROWS,
        List.of(new Rows(DESTINATION, 0)),
        () ->
            code.columns(
                COLUMNS, 4, vector -> code.store(to, code.at(DESTINATION, to, vector), value)));
    assembler.leave();
  }
}
