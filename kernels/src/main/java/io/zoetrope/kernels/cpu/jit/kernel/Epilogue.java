package io.zoetrope.kernels.cpu.jit.kernel;

import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.ADD;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.FMA_231;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.MULTIPLY;

import io.zoetrope.kernels.cpu.blocks.Join;
import io.zoetrope.kernels.cpu.jit.asm.Argument;
import io.zoetrope.kernels.cpu.jit.asm.ArgumentNames;
import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import io.zoetrope.kernels.cpu.jit.asm.Register;
import io.zoetrope.kernels.cpu.jit.asm.RowsArgument;
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
 * @param bias whether there is one
 * @param out dtype of the result and of the base
 */
public record Epilogue(
    InstructionSet set, Activation activation, boolean bias, Join join, DType out)
    implements KernelCache.Recipe {
  private static final ArgumentNames<Epilogue> NAMES = new ArgumentNames<>();

  /** F32. */
  public static final RowsArgument<Epilogue> SUMS = NAMES.rows("sums");

  public static final RowsArgument<Epilogue> OUT = NAMES.rows("out");
  public static final Argument<Epilogue> ROWS = NAMES.value("rows");
  public static final Argument<Epilogue> COLUMNS = NAMES.value("columns");

  /** F32, one for each column; read if there is one. */
  public static final Argument<Epilogue> BIAS = NAMES.value("bias");

  /** Dtype of out, which it may be; read unless {@link Join#NONE}. */
  public static final RowsArgument<Epilogue> BASE = NAMES.rows("base");

  /** F32; {@link Join#ADD_GATED} alone reads it. */
  public static final RowsArgument<Epilogue> GATE = NAMES.rows("gate");

  private static final Register SUMS_ROW = Register.RSI;
  private static final Register OUT_ROW = Register.RDX;
  private static final Register COUNTER = Register.R8;
  private static final Register END = Register.R9;
  private static final Register BIAS_ROW = Register.R10;
  private static final Register BASE_ROW = Register.R11;
  private static final Register GATE_ROW = Register.RBX;

  @Override
  public void generate(Assembler assembler) {
    VectorCode.write(assembler, set, this::write);
  }

  private void write(VectorCode code) {
    Assembler assembler = code.assembler();
    assembler.enter(GATE_ROW);
    assembler.load(COUNTER, assembler.argument(ROWS));
    assembler.load(END, assembler.argument(COLUMNS));
    if (bias) {
      assembler.load(BIAS_ROW, assembler.argument(BIAS));
    }
    List<Rows> all = new ArrayList<>(List.of(new Rows(SUMS_ROW, SUMS), new Rows(OUT_ROW, OUT)));
    if (join != Join.NONE) {
      all.add(new Rows(BASE_ROW, BASE));
    }
    if (join == Join.ADD_GATED) {
      all.add(new Rows(GATE_ROW, GATE));
    }
    VectorFunctions functions = new VectorFunctions(code, out);
    IntFunction<Vector[]> begin = vector -> functions.begin(activation, product(code, vector));
    VectorLoops.Finish finish =
        (vector, begun) -> {
          functions.finish(activation, begun);
          store(code, vector, begun[0]);
        };
    code.rows(
        COUNTER,
        all,
        () -> {
          if (VectorFunctions.hasStages(activation)) {
            code.stagedColumnsOf(out, END, code.overlap(), begin, finish);
          } else {
            code.columnsOf(out, END, code.overlap(), i -> finish.accept(i, begin.apply(i)));
          }
        });
    assembler.leave(GATE_ROW);
  }

  private Vector product(VectorCode code, int vector) {
    Vector product = code.fresh();
    int before = code.taken();
    code.load(DType.F32, product, SUMS_ROW, vector);
    if (bias) {
      Vector other = code.fresh();
      code.load(DType.F32, other, BIAS_ROW, vector);
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
      code.load(out, other, BASE_ROW, vector);
      switch (join) {
        case ADD_GATED -> {
          Vector gate = code.fresh();
          code.load(DType.F32, gate, GATE_ROW, vector);
          assembler.vector(FMA_231, other, product, gate);
          result = other;
        }
        case MULTIPLY -> assembler.vector(MULTIPLY, product, product, other);
        default -> assembler.vector(ADD, product, product, other);
      }
    }
    code.store(out, OUT_ROW, vector, result);
  }
}
