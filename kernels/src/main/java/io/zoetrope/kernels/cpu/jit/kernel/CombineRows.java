package io.zoetrope.kernels.cpu.jit.kernel;

import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.ADD;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.FMA_231;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.MULTIPLY;

import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import io.zoetrope.kernels.cpu.jit.asm.Register;
import io.zoetrope.kernels.cpu.jit.code.VectorCode;
import io.zoetrope.kernels.cpu.jit.code.VectorLoops.Rows;
import io.zoetrope.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * Computes each element of some rows from one element of two or three others.
 *
 * <p>Arguments: {@code a, bytes between its rows, b, bytes between its rows, out (may be a), bytes
 * between its rows, rows, columns, gate (F32), bytes between its rows}; the gate is read by {@link
 * Combination#ADD_GATED} alone.
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

  private static final Register A = Register.RSI;
  private static final Register B = Register.RDX;
  private static final Register OUT = Register.R10;
  private static final Register GATE = Register.R11;
  private static final Register ROWS = Register.R8;
  private static final Register COLUMNS = Register.R9;

  @Override
  public void generate(Assembler assembler) {
    VectorCode.write(assembler, set, this::write);
  }

  private void write(VectorCode code) {
    Assembler assembler = code.assembler();
    assembler.load(ROWS, Assembler.argument(6));
    assembler.load(COLUMNS, Assembler.argument(7));
    List<Rows> all = new ArrayList<>(List.of(new Rows(A, 0), new Rows(B, 2), new Rows(OUT, 4)));
    if (combination == Combination.ADD_GATED) {
      all.add(new Rows(GATE, 8));
    }
    code.rows(ROWS, all, () -> code.columnsOf(dtype, COLUMNS, 4, vector -> element(code, vector)));
    assembler.leave();
  }

  private void element(VectorCode code, int vector) {
    Assembler assembler = code.assembler();
    Vector a = code.fresh();
    Vector b = code.fresh();
    code.load(dtype, a, A, vector);
    code.load(other, b, B, vector);
    switch (combination) {
      case ADD -> assembler.vector(ADD, a, a, b);
      case MULTIPLY -> assembler.vector(MULTIPLY, a, a, b);
      case ADD_GATED -> {
        Vector gate = code.fresh();
        code.load(DType.F32, gate, GATE, vector);
        assembler.vector(FMA_231, a, b, gate);
      }
    }
    code.store(dtype, OUT, vector, a);
  }
}
