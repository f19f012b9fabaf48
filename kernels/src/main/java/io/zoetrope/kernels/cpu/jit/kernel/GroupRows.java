package io.zoetrope.kernels.cpu.jit.kernel;

import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.ADD;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.FMA_231;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.MULTIPLY;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.SUBTRACT;

import io.zoetrope.kernels.cpu.jit.asm.Argument;
import io.zoetrope.kernels.cpu.jit.asm.ArgumentNames;
import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import io.zoetrope.kernels.cpu.jit.asm.Register;
import io.zoetrope.kernels.cpu.jit.asm.RowsArgument;
import io.zoetrope.kernels.cpu.jit.asm.VectorInstruction;
import io.zoetrope.kernels.cpu.jit.code.VectorCode;
import io.zoetrope.kernels.cpu.jit.code.VectorFunctions;
import io.zoetrope.kernels.cpu.jit.code.VectorLoops;
import io.zoetrope.kernels.cpu.jit.code.VectorLoops.Rows;
import io.zoetrope.ops.Activation;
import io.zoetrope.tensor.DType;
import java.util.List;
import java.util.function.IntFunction;

/**
 * The two passes of a group norm over rows of channels, with vectors that serve all rows.
 *
 * <p>A pass that measures adds {@code d = x - centre} to {@code first} and {@code d * d} to {@code
 * second}. One that changes computes {@code out = activation((x - centre) * first + second)}.
 *
 * @param dtype of x and out
 * @param measure which pass
 * @param activation of the pass that changes
 */
public record GroupRows(InstructionSet set, DType dtype, boolean measure, Activation activation)
    implements KernelCache.Recipe {
  private static final ArgumentNames<GroupRows> NAMES = new ArgumentNames<>();

  public static final RowsArgument<GroupRows> X = NAMES.rows("x");

  /** Read by the pass that changes alone; may be x. */
  public static final RowsArgument<GroupRows> OUT = NAMES.rows("out");

  /** F32, one for each column. */
  public static final Argument<GroupRows> CENTRES = NAMES.value("centres");

  /** F32, one for each column. */
  public static final Argument<GroupRows> FIRST = NAMES.value("first");

  /** F32, one for each column. */
  public static final Argument<GroupRows> SECOND = NAMES.value("second");

  public static final Argument<GroupRows> ROWS = NAMES.value("rows");
  public static final Argument<GroupRows> COLUMNS = NAMES.value("columns");

  private static final Register X_ROW = Register.RSI;
  private static final Register OUT_ROW = Register.RDX;
  private static final Register CENTRE_ROW = Register.R10;
  private static final Register FIRST_ROW = Register.R11;
  private static final Register SECOND_ROW = Register.RBX;
  private static final Register COUNTER = Register.R8;
  private static final Register END = Register.R9;

  @Override
  public void generate(Assembler assembler) {
    VectorCode.write(assembler, set, this::write);
  }

  private void write(VectorCode code) {
    Assembler assembler = code.assembler();
    VectorFunctions functions = new VectorFunctions(code, dtype);
    assembler.enter(SECOND_ROW);
    assembler.load(COUNTER, assembler.argument(ROWS));
    assembler.load(END, assembler.argument(COLUMNS));
    assembler.load(CENTRE_ROW, assembler.argument(CENTRES));
    assembler.load(FIRST_ROW, assembler.argument(FIRST));
    assembler.load(SECOND_ROW, assembler.argument(SECOND));
    Rows x = new Rows(X_ROW, X);
    code.rows(
        COUNTER,
        measure ? List.of(x) : List.of(x, new Rows(OUT_ROW, OUT)),
        () -> {
          if (measure) {
            code.columnsOf(DType.F32, END, 2, vector -> measure(code, vector));
          } else {
            change(code, functions);
          }
        });
    assembler.leave(SECOND_ROW);
  }

  private Vector deviation(VectorCode code, int vector) {
    Vector deviation = code.fresh();
    code.load(dtype, deviation, X_ROW, vector);
    combine(code, SUBTRACT, deviation, CENTRE_ROW, vector);
    return deviation;
  }

  /** Combines a value with an element of a vector for all rows. */
  private static void combine(
      VectorCode code, VectorInstruction instruction, Vector value, Register row, int vector) {
    int before = code.taken();
    Vector other = code.fresh();
    code.load(DType.F32, other, row, vector);
    code.assembler().vector(instruction, value, value, other);
    code.release(before);
  }

  private void measure(VectorCode code, int vector) {
    Vector deviation = deviation(code, vector);
    Vector sum = code.fresh();
    code.load(DType.F32, sum, FIRST_ROW, vector);
    code.assembler().vector(ADD, sum, sum, deviation);
    code.store(DType.F32, FIRST_ROW, vector, sum);
    Vector squares = code.fresh();
    code.load(DType.F32, squares, SECOND_ROW, vector);
    code.assembler().vector(FMA_231, squares, deviation, deviation);
    code.store(DType.F32, SECOND_ROW, vector, squares);
  }

  private void change(VectorCode code, VectorFunctions functions) {
    IntFunction<Vector[]> begin =
        vector -> {
          Vector value = deviation(code, vector);
          combine(code, MULTIPLY, value, FIRST_ROW, vector);
          combine(code, ADD, value, SECOND_ROW, vector);
          return functions.begin(activation, value);
        };
    VectorLoops.Finish finish =
        (vector, begun) -> {
          functions.finish(activation, begun);
          code.store(dtype, OUT_ROW, vector, begun[0]);
        };
    if (VectorFunctions.hasStages(activation)) {
      code.stagedColumnsOf(dtype, END, code.overlap(), begin, finish);
    } else {
      code.columnsOf(dtype, END, 2, i -> finish.accept(i, begin.apply(i)));
    }
  }
}
