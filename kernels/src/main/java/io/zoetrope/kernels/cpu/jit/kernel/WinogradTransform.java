package io.zoetrope.kernels.cpu.jit.kernel;

import static io.zoetrope.kernels.cpu.jit.asm.Register.R10;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R11;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R12;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R13;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R14;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R15;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R8;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R9;
import static io.zoetrope.kernels.cpu.jit.asm.Register.RBP;
import static io.zoetrope.kernels.cpu.jit.asm.Register.RBX;
import static io.zoetrope.kernels.cpu.jit.asm.Register.RDX;
import static io.zoetrope.kernels.cpu.jit.asm.Register.RSI;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.ADD;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.FMA_231;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.LOAD;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.MULTIPLY;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.STORE;
import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.SUBTRACT;

import io.zoetrope.kernels.cpu.blocks.Winograd;
import io.zoetrope.kernels.cpu.jit.asm.Argument;
import io.zoetrope.kernels.cpu.jit.asm.ArgumentNames;
import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Address;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import io.zoetrope.kernels.cpu.jit.asm.Register;
import io.zoetrope.kernels.cpu.jit.asm.RowsArgument;
import io.zoetrope.kernels.cpu.jit.code.VectorCode;
import io.zoetrope.kernels.cpu.jit.code.VectorLoops;
import io.zoetrope.kernels.cpu.jit.code.VectorLoops.Rows;
import io.zoetrope.tensor.DType;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * {@code out = T x T'} for squares of F32 vectors: a square's rows, columns and elements of vectors
 * may lie anywhere in memory. Of two rows of T that differ in signs alone, the parts that they
 * share are computed once.
 */
public record WinogradTransform(InstructionSet set, Winograd.Part part)
    implements KernelCache.Recipe {
  private static final ArgumentNames<WinogradTransform> NAMES = new ArgumentNames<>();

  /** The first square, and the bytes from square to square. */
  public static final RowsArgument<WinogradTransform> X = NAMES.rows("x");

  /** The first square, and the bytes from square to square. */
  public static final RowsArgument<WinogradTransform> OUT = NAMES.rows("out");

  public static final Argument<WinogradTransform> SQUARES = NAMES.value("squares");

  /** Floats of a vector. */
  public static final Argument<WinogradTransform> ELEMENTS = NAMES.value("elements");

  /** Bytes from row to row of a square of x. */
  public static final Argument<WinogradTransform> X_ROWS = NAMES.value("rows of x");

  /** Bytes from column to column of a square of x. */
  public static final Argument<WinogradTransform> X_COLUMNS = NAMES.value("columns of x");

  /** Bytes from row to row of a square of the result. */
  public static final Argument<WinogradTransform> OUT_ROWS = NAMES.value("rows of out");

  /** Bytes from column to column of a square of the result. */
  public static final Argument<WinogradTransform> OUT_COLUMNS = NAMES.value("columns of out");

  /** {@link #SCRATCH_BYTES} that nobody else uses meanwhile. */
  public static final Argument<WinogradTransform> SCRATCH = NAMES.value("scratch");

  /** What lies between the two products, for all instruction sets. */
  public static final int SCRATCH_BYTES = Winograd.POSITIONS * 64;

  private static final Register X_SQUARE = RSI;
  private static final Register OUT_SQUARE = RDX;
  private static final Register COUNTER = R8;
  private static final Register END = R9;
  private static final Register X_PITCH = R10;
  private static final Register X_STEP = R11;
  private static final Register OUT_PITCH = R12;
  private static final Register OUT_STEP = R13;
  private static final Register BETWEEN = R15;

  /** The first of a line of vectors, the fourth one, and the bytes from one to the other. */
  private static final Register LINE = RBP;

  private static final Register FOURTH = RBX;
  private static final Register THREE_STEPS = R14;

  private static final Register[] CHANGED = {RBX, RBP, R12, R13, R14, R15};

  @Override
  public void generate(Assembler assembler) {
    VectorCode.write(assembler, set, this::write);
  }

  private void write(VectorCode code) {
    Assembler assembler = code.assembler();
    assembler.enter(CHANGED);
    assembler.load(COUNTER, assembler.argument(SQUARES));
    assembler.load(END, assembler.argument(ELEMENTS));
    assembler.load(X_PITCH, assembler.argument(X_ROWS));
    assembler.load(X_STEP, assembler.argument(X_COLUMNS));
    assembler.load(OUT_PITCH, assembler.argument(OUT_ROWS));
    assembler.load(OUT_STEP, assembler.argument(OUT_COLUMNS));
    assembler.load(BETWEEN, assembler.argument(SCRATCH));
    code.rows(
        COUNTER,
        List.of(new Rows(X_SQUARE, X), new Rows(OUT_SQUARE, OUT)),
        () -> code.columns(END, 1, _ -> square(code)));
    assembler.leave(CHANGED);
  }

  /** Columns first, then rows. */
  private void square(VectorCode code) {
    Assembler assembler = code.assembler();
    int before = code.taken();
    for (int column = 0; column < part.in(); column++) {
      line(assembler, X_SQUARE, X_STEP, column, X_PITCH);
      Vector[] x = code.fresh(part.in());
      for (int row = 0; row < part.in(); row++) {
        code.load(DType.F32, x[row], inLine(row, X_PITCH));
      }
      Vector[] y = multiply(code, x);
      for (int row = 0; row < part.out(); row++) {
        assembler.vector(STORE, y[row], between(row, column));
      }
      code.release(before);
    }
    for (int row = 0; row < part.out(); row++) {
      line(assembler, OUT_SQUARE, OUT_PITCH, row, OUT_STEP);
      Vector[] x = code.fresh(part.in());
      for (int column = 0; column < part.in(); column++) {
        assembler.vector(LOAD, x[column], between(row, column));
      }
      Vector[] y = multiply(code, x);
      for (int column = 0; column < part.out(); column++) {
        code.store(DType.F32, inLine(column, OUT_STEP), y[column]);
      }
      code.release(before);
    }
  }

  private Address between(int row, int column) {
    return Address.at(BETWEEN, (row * part.in() + column) * set.vectorBytes());
  }

  /** Goes to the line with a number, in which vectors lie so many bytes apart. */
  private static void line(
      Assembler assembler, Register square, Register pitch, int number, Register step) {
    if (number == 0) {
      assembler.address(LINE, Address.at(square, VectorLoops.INDEX, Float.BYTES, 0));
      assembler.address(THREE_STEPS, Address.at(step, step, 2, 0));
    } else {
      assembler.add(LINE, pitch);
    }
    assembler.address(FOURTH, Address.at(LINE, THREE_STEPS, 1, 0));
  }

  private static Address inLine(int number, Register step) {
    Register base = number < 3 ? LINE : FOURTH;
    int steps = number % 3;
    return steps == 0 ? Address.at(base) : Address.at(base, step, steps, 0);
  }

  private Vector[] multiply(VectorCode code, Vector[] x) {
    return part == Winograd.Part.RESULT ? byPairsOfColumns(code, x) : byPairsOfRows(code, x);
  }

  /** T x, where rows of T come in pairs that differ in the signs of odd columns. */
  private Vector[] byPairsOfRows(VectorCode code, Vector[] x) {
    Vector[] y = new Vector[part.out()];
    int last = part.out() - 1;
    y[0] = combine(code, 0, x, _ -> true);
    y[last] = combine(code, last, x, _ -> true);
    for (int row = 1; row < last; row += 2) {
      Vector even = combine(code, row, x, column -> column % 2 == 0);
      Vector odd = combine(code, row, x, column -> column % 2 == 1);
      y[row] = code.fresh();
      code.assembler().vector(ADD, y[row], even, odd);
      code.assembler().vector(SUBTRACT, even, even, odd);
      y[row + 1] = even;
    }
    return y;
  }

  /** T x, where columns of T come in pairs that differ in the signs of odd rows. */
  private Vector[] byPairsOfColumns(VectorCode code, Vector[] x) {
    Vector[] sums = x.clone();
    Vector[] differences = x.clone();
    for (int column = 1; column < part.in() - 1; column += 2) {
      Vector sum = code.fresh();
      code.assembler().vector(ADD, sum, x[column], x[column + 1]);
      code.assembler().vector(SUBTRACT, x[column], x[column], x[column + 1]);
      sums[column] = sum;
      differences[column] = x[column];
    }
    Vector[] y = new Vector[part.out()];
    for (int row = 0; row < part.out(); row++) {
      Vector[] terms = row % 2 == 0 ? sums : differences;
      int end = part.in() - 1;
      y[row] = combine(code, row, terms, column -> column % 2 == 1 || column == 0 || column == end);
    }
    return y;
  }

  /** The sum of some columns of a row of T, each times its vector. */
  private Vector combine(VectorCode code, int row, Vector[] x, IntPredicate columns) {
    Vector sum = code.fresh();
    int first = -1;
    for (int column = 0; column < x.length; column++) {
      float factor = part.at(row, column);
      if (columns.test(column) && factor != 0 && (first < 0 || factor == 1)) {
        first = column;
      }
    }
    float start = part.at(row, first);
    if (start == 1) {
      code.assembler().vector(LOAD, sum, x[first]);
    } else {
      code.assembler().vector(MULTIPLY, sum, x[first], code.constant(start));
    }
    for (int column = 0; column < x.length; column++) {
      float factor = part.at(row, column);
      if (column == first || factor == 0 || !columns.test(column)) {
        continue;
      }
      if (factor == 1) {
        code.assembler().vector(ADD, sum, sum, x[column]);
      } else {
        code.assembler().vector(FMA_231, sum, x[column], code.constant(factor));
      }
    }
    return sum;
  }
}
