package io.zoetrope.kernels.cpu.jit.kernel;

import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.ADD;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.FMA_231;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.MULTIPLY;

import io.zoetrope.kernels.cpu.blocks.Join;
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
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * What follows a product of matrices: {@code product = activation(sum + bias)}, then {@code out =
 * product}, {@code base + product}, {@code base + gate * product} or {@code base * product}. With a
 * base the product is rounded to the dtype of {@code out} first, as if it had been stored.
 *
 * <p>Arguments: {@code sums (F32), bytes between its rows, out, bytes between its rows, rows,
 * columns, bias (F32, a vector of columns), base (dtype of out; may be out itself), bytes between
 * its rows, gate (F32), bytes between its rows (0 for the same row always)}. Those that are not
 * asked for are not read.
 *
 * @param bias whether there is one
 * @param out dtype of out and base
 */
public record Epilogue(
    InstructionSet set, Activation activation, boolean bias, Join join, DType out)
    implements KernelCache.Recipe {
  private static final Register SUMS = Register.RSI;
  private static final Register OUT = Register.RDX;
  private static final Register ROWS = Register.R8;
  private static final Register COLUMNS = Register.R9;
  private static final Register BIAS = Register.R10;
  private static final Register BASE = Register.R11;
  private static final Register GATE = Register.RBX;

  @Override
  public void generate(Assembler assembler) {
    VectorCode.write(assembler, set, this::write);
  }

  private void write(VectorCode code) {
    Assembler assembler = code.assembler();
    assembler.enter(GATE);
    assembler.load(ROWS, Assembler.argument(4));
    assembler.load(COLUMNS, Assembler.argument(5));
    if (bias) {
      assembler.load(BIAS, Assembler.argument(6));
    }
    List<Rows> all = new ArrayList<>(List.of(new Rows(SUMS, 0), new Rows(OUT, 2)));
    if (join != Join.NONE) {
      all.add(new Rows(BASE, 7));
    }
    if (join == Join.ADD_GATED) {
      all.add(new Rows(GATE, 9));
    }
    VectorFunctions functions = new VectorFunctions(code, out);
    IntFunction<Vector[]> begin = vector -> functions.begin(activation, product(code, vector));
    VectorLoops.Finish finish =
        (vector, begun) -> {
          functions.finish(activation, begun);
          store(code, vector, begun[0]);
        };
    code.rows(
        ROWS,
        all,
        () -> {
          if (VectorFunctions.hasStages(activation)) {
            code.stagedColumnsOf(out, COLUMNS, code.overlap(), begin, finish);
          } else {
            code.columnsOf(out, COLUMNS, code.overlap(), i -> finish.accept(i, begin.apply(i)));
          }
        });
    assembler.leave(GATE);
  }

  private Vector product(VectorCode code, int vector) {
    Vector product = code.fresh();
    int before = code.taken();
    code.load(DType.F32, product, SUMS, vector);
    if (bias) {
      Vector other = code.fresh();
      code.load(DType.F32, other, BIAS, vector);
      code.assembler().vector(ADD, product, product, other);
      code.release(before);
    }
    return product;
  }

  private void store(VectorCode code, int vector, Vector product) {
    Assembler assembler = code.assembler();
    Vector result = product;
    if (join != Join.NONE) {
      code.round(out, product);
      Vector other = code.fresh();
      code.load(out, other, BASE, vector);
      switch (join) {
        case ADD_GATED -> {
          Vector gate = code.fresh();
          code.load(DType.F32, gate, GATE, vector);
          assembler.vector(FMA_231, other, product, gate);
          result = other;
        }
        case MULTIPLY -> assembler.vector(MULTIPLY, product, product, other);
        default -> assembler.vector(ADD, product, product, other);
      }
    }
    code.store(out, OUT, vector, result);
  }
}
