package io.zoetrope.kernels.cpu.jit.kernel;

import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import io.zoetrope.kernels.cpu.jit.asm.Register;
import io.zoetrope.kernels.cpu.jit.code.VectorCode;
import io.zoetrope.kernels.cpu.jit.code.VectorCode.Comparison;
import io.zoetrope.kernels.cpu.jit.code.VectorLoops.Rows;
import io.zoetrope.tensor.DType;
import java.util.List;

/**
 * Brings a vector that serves many rows to the order in which {@code SplitBlocks} take it, as F32:
 * of each whole block first the even elements, then the odd ones; what is left behind the last
 * block of a head stays in its order. NaN loses what it carries, so that results need no look at
 * it.
 *
 * <p>Arguments: {@code source, bytes between its heads, destination (F32), bytes between its heads,
 * heads, elements of a head}.
 */
public record ArrangeVector(InstructionSet set, DType from) implements KernelCache.Recipe {
  private static final Register SOURCE = Register.RSI;
  private static final Register DESTINATION = Register.RDX;
  private static final Register HEADS = Register.R8;
  private static final Register HEAD_DIM = Register.R9;

  @Override
  public void generate(Assembler assembler) {
    VectorCode.write(assembler, set, this::write);
  }

  private void write(VectorCode code) {
    Assembler assembler = code.assembler();
    assembler.load(HEADS, Assembler.argument(4));
    assembler.load(HEAD_DIM, Assembler.argument(5));
    code.rows(
        HEADS,
        List.of(new Rows(SOURCE, 0), new Rows(DESTINATION, 2)),
        () -> code.columnsOf(DType.BF16, HEAD_DIM, 2, vector -> element(code, vector)));
    assembler.leave();
  }

  private void element(VectorCode code, int vector) {
    Vector value = code.fresh();
    Vector arranged = code.fresh();
    code.load(from, value, SOURCE, vector);
    code.fill(arranged, Float.NaN);
    code.select(Comparison.ORDERED, value, value, arranged, value);
    code.storeArranged(DESTINATION, vector, arranged);
  }
}
