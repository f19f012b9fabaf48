package io.zoetrope.kernels.cpu.jit.kernel;

import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.asm.Register;
import io.zoetrope.kernels.cpu.jit.code.VectorCode;
import io.zoetrope.kernels.cpu.jit.code.VectorLoops.Rows;
import io.zoetrope.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * Rotates the pairs (2i, 2i+1) of every head of some rows by the angle of the row and the pair.
 *
 * <p>Arguments: {@code x, bytes between its rows, cosines (F32, one for each pair of a head), bytes
 * between their rows, sines, bytes between their rows, rows, heads, head dim}.
 */
public record RotateRows(InstructionSet set, DType dtype) implements KernelCache.Recipe {
  private static final Register X = Register.RSI;
  private static final Register ROWS = Register.R8;

  @Override
  public void generate(Assembler assembler) {
    VectorCode.write(assembler, set, this::write);
  }

  private void write(VectorCode code) {
    Assembler assembler = code.assembler();
    assembler.enter(Rotation.REGISTERS);
    assembler.load(ROWS, Assembler.argument(6));
    List<Rows> all = new ArrayList<>(List.of(new Rows(X, 0)));
    all.addAll(Rotation.rows(2, 4));
    Rotation rotation = new Rotation(code, dtype, (_, _, _) -> {});
    code.rows(ROWS, all, () -> rotation.row(X, X, Assembler.argument(7), Assembler.argument(8)));
    assembler.leave(Rotation.REGISTERS);
  }
}
