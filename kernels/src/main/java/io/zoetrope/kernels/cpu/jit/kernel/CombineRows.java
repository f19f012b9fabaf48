package io.zoetrope.kernels.cpu.jit.kernel;

import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.ADD;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.FMA_231;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.MULTIPLY;

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
import java.util.ArrayList;
import java.util.List;

/**
 * Computes each element of some rows from one element of two or three others.
 *
 * @param dtype of a and out
 * @param other of b
 */
public record CombineRows(InstructionSet set, Combination combination, DType dtype, DType other)
    implements KernelCache.Recipe {
  /** What is computed. */
  public enum Combination {
    /** {@code a + b}. */
    ADD,
    /** {@code a * b}. */
    MULTIPLY,
    /** {@code a + b * gate}. */
    ADD_GATED
  }

  private static final ArgumentNames<CombineRows> NAMES = new ArgumentNames<>();

  public static final RowsArgument<CombineRows> A = NAMES.rows("a");
  public static final RowsArgument<CombineRows> B = NAMES.rows("b");

  /** May be a. */
  public static final RowsArgument<CombineRows> OUT = NAMES.rows("out");

  /** F32; {@link Combination#ADD_GATED} alone reads it. */
  public static final RowsArgument<CombineRows> GATE = NAMES.rows("gate");

  public static final Argument<CombineRows> ROWS = NAMES.value("rows");
  public static final Argument<CombineRows> COLUMNS = NAMES.value("columns");

  private static final Register A_ROW = Register.RSI;
  private static final Register B_ROW = Register.RDX;
  private static final Register OUT_ROW = Register.R10;
  private static final Register GATE_ROW = Register.R11;
  private static final Register COUNTER = Register.R8;
  private static final Register END = Register.R9;

  @Override
  public boolean equals(Object object) {
    return object instanceof CombineRows recipe
        && set == recipe.set
        && combination == recipe.combination
        && dtype == recipe.dtype
        && other == recipe.other;
  }

  @Override
  public int hashCode() {
    return ((set.ordinal() * 31 + combination.ordinal()) * 31 + dtype.ordinal()) * 31
        + other.ordinal();
  }

  @Override
  public void generate(Assembler assembler) {
    VectorCode.write(assembler, set, this::write);
  }

  private void write(VectorCode code) {
    Assembler assembler = code.assembler();
    assembler.load(COUNTER, assembler.argument(ROWS));
    assembler.load(END, assembler.argument(COLUMNS));
    List<Rows> all =
        new ArrayList<>(List.of(new Rows(A_ROW, A), new Rows(B_ROW, B), new Rows(OUT_ROW, OUT)));
    if (combination == Combination.ADD_GATED) {
      all.add(new Rows(GATE_ROW, GATE));
    }
    code.rows(COUNTER, all, () -> code.columnsOf(dtype, END, 4, vector -> element(code, vector)));
    assembler.leave();
  }

  private void element(VectorCode code, int vector) {
    Assembler assembler = code.assembler();
    Vector a = code.fresh();
    Vector b = code.fresh();
    code.load(dtype, a, A_ROW, vector);
    code.load(other, b, B_ROW, vector);
    switch (combination) {
      case ADD -> assembler.vector(ADD, a, a, b);
      case MULTIPLY -> assembler.vector(MULTIPLY, a, a, b);
      case ADD_GATED -> {
        Vector gate = code.fresh();
        code.load(DType.F32, gate, GATE_ROW, vector);
        assembler.vector(FMA_231, a, b, gate);
      }
    }
    code.store(dtype, OUT_ROW, vector, a);
  }
}
