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
import io.zoetrope.kernels.cpu.jit.code.VectorCode.Comparison;
import io.zoetrope.kernels.cpu.jit.code.VectorLoops.Rows;
import io.zoetrope.tensor.DType;
import java.util.List;

/**
 * Brings a vector that serves many rows to the order in which {@code SplitBlocks} take it, as F32:
 * of each whole block first the even elements, then the odd ones; what is left behind the last
 * block of a head stays in its order. NaN loses what it carries, so that results need no look at
 * it. A head is a row.
 */
public record ArrangeVector(InstructionSet set, DType from) implements KernelCache.Recipe {
  private static final ArgumentNames<ArrangeVector> NAMES = new ArgumentNames<>();

  public static final RowsArgument<ArrangeVector> SOURCE = NAMES.rows("source");

  /** F32. */
  public static final RowsArgument<ArrangeVector> DESTINATION = NAMES.rows("destination");

  public static final Argument<ArrangeVector> HEADS = NAMES.value("heads");

  /** Elements of a head. */
  public static final Argument<ArrangeVector> HEAD_DIM = NAMES.value("head dim");

  private static final Register SOURCE_HEAD = Register.RSI;
  private static final Register DESTINATION_HEAD = Register.RDX;
  private static final Register COUNTER = Register.R8;
  private static final Register END = Register.R9;

  @Override
  public void generate(Assembler assembler) {
    VectorCode.write(assembler, set, this::write);
  }

  private void write(VectorCode code) {
    Assembler assembler = code.assembler();
    assembler.load(COUNTER, assembler.argument(HEADS));
    assembler.load(END, assembler.argument(HEAD_DIM));
    code.rows(
        COUNTER,
        List.of(new Rows(SOURCE_HEAD, SOURCE), new Rows(DESTINATION_HEAD, DESTINATION)),
        () -> code.columnsOf(DType.BF16, END, 2, vector -> element(code, vector)));
    assembler.leave();
  }

  private void element(VectorCode code, int vector) {
    Vector value = code.fresh();
    Vector arranged = code.fresh();
    code.load(from, value, SOURCE_HEAD, vector);
    code.fill(arranged, Float.NaN);
    code.select(Comparison.ORDERED, value, value, arranged, value);
    code.storeArranged(DESTINATION_HEAD, vector, arranged);
  }
}
