package io.zoetrope.kernels.cpu.jit.kernel;

import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.*;

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
import java.util.stream.IntStream;

/**
 * Normalises rows and does what follows: factor, offset, activation, rotation of pairs. A row is
 * read from memory once; it stays in the cache while its sums are taken.
 *
 * @param dtype of x and out
 * @param offset whether one is added
 * @param arranged whether factor and offset went through {@link ArrangeVector}, in heads if they
 *     are to be rotated
 * @param rotate whether the result is rounded and then rotated, as by {@link RotateRows}
 */
public record NormRows(
    InstructionSet set,
    DType dtype,
    Norm norm,
    Factor factor,
    boolean offset,
    boolean arranged,
    Activation activation,
    boolean rotate)
    implements KernelCache.Recipe {
  private static final ArgumentNames<NormRows> NAMES = new ArgumentNames<>();

  public static final RowsArgument<NormRows> X = NAMES.rows("x");

  /** May be x. */
  public static final RowsArgument<NormRows> OUT = NAMES.rows("out");

  /** F32, which may be arranged if one row serves all; read unless {@link Factor#NONE}. */
  public static final RowsArgument<NormRows> FACTOR = NAMES.rows("factor");

  /** F32, which may be arranged if one row serves all; read if there is one. */
  public static final RowsArgument<NormRows> OFFSET = NAMES.rows("offset");

  /** F32, one for each pair of a head; read if the result is rotated. */
  public static final RowsArgument<NormRows> COS = NAMES.rows("cosines");

  /** F32, one for each pair of a head; read if the result is rotated. */
  public static final RowsArgument<NormRows> SIN = NAMES.rows("sines");

  public static final Argument<NormRows> ROWS = NAMES.value("rows");
  public static final Argument<NormRows> COLUMNS = NAMES.value("columns");

  /** Read if the result is rotated. */
  public static final Argument<NormRows> HEADS = NAMES.value("heads");

  /** Elements of a head; read if the result is rotated. */
  public static final Argument<NormRows> HEAD_DIM = NAMES.value("head dim");

  /** {@link #bits} of the number of columns. */
  public static final Argument<NormRows> COUNT = NAMES.value("count");

  /**
   * {@link #bits} of what is added to a mean of squares, or of the smallest norm by which {@link
   * Norm#EUCLIDEAN} divides.
   */
  public static final Argument<NormRows> EPSILON = NAMES.value("epsilon");

  /** What a row is brought to. */
  public enum Norm {
    /** Mean 0 and variance 1. */
    LAYER,
    /** Mean of squares 1. */
    ROOT_MEAN_SQUARE,
    /** Euclidean norm = root of the number of columns. */
    EUCLIDEAN
  }

  /** What the normalised elements are multiplied by. */
  public enum Factor {
    NONE,
    PLAIN,
    /** The factor is 1 more than what is stored. */
    PLUS_ONE
  }

  private static final int ACCUMULATORS = 4;

  /** 1 in double, over and over. */
  private static final List<Integer> ONE =
      IntStream.range(0, 16).mapToObj(i -> i % 2 == 0 ? 0 : 0x3ff00000).toList();

  private static final Register X_ROW = Register.RSI;
  private static final Register OUT_ROW = Register.RDX;
  private static final Register COUNTER = Register.R8;
  private static final Register END = Register.R9;
  private static final Register FACTOR_ROW = Register.R10;
  private static final Register OFFSET_ROW = Register.R11;

  /** An argument: the bits of a double for {@link Norm#LAYER}, of a float otherwise. */
  public static long bits(Norm norm, double value) {
    return norm == Norm.LAYER
        ? Double.doubleToRawLongBits(value)
        : Float.floatToRawIntBits((float) value);
  }

  @Override
  public void generate(Assembler assembler) {
    VectorCode.write(assembler, set, this::write);
  }

  private void write(VectorCode code) {
    Assembler assembler = code.assembler();
    Writer writer = new Writer(code);
    assembler.enter(Rotation.REGISTERS);
    assembler.load(COUNTER, assembler.argument(ROWS));
    assembler.load(END, assembler.argument(COLUMNS));
    List<Rows> all = new ArrayList<>(List.of(new Rows(X_ROW, X), new Rows(OUT_ROW, OUT)));
    if (factor != Factor.NONE) {
      all.add(new Rows(FACTOR_ROW, FACTOR));
    }
    if (offset) {
      all.add(new Rows(OFFSET_ROW, OFFSET));
    }
    if (rotate) {
      all.addAll(Rotation.rows(COS, SIN));
    }
    code.rows(COUNTER, all, writer::row);
    assembler.leave(Rotation.REGISTERS);
  }

  /** Writes one function. */
  private final class Writer {
    private final Assembler assembler;
    private final VectorCode code;
    private final Vector scale;

    private final Vector mean;

    /** What rounding has left of the mean, with the scale and a minus sign. */
    private final Vector rest;

    Writer(VectorCode code) {
      assembler = code.assembler();
      this.code = code;
      scale = code.fresh();
      mean = norm == Norm.LAYER ? code.fresh() : null;
      rest = norm == Norm.LAYER ? code.fresh() : null;
    }

    void row() {
      int before = code.taken();
      if (norm == Norm.LAYER) {
        mean();
        code.release(before);
      }
      squares();
      code.release(before);
      if (rotate) {
        new Rotation(code, dtype, this::rounded)
            .row(X_ROW, OUT_ROW, assembler.argument(HEADS), assembler.argument(HEAD_DIM));
      } else {
        columns();
      }
    }

    private void columns() {
      VectorFunctions functions = new VectorFunctions(code, dtype);
      IntFunction<Vector[]> begin =
          vector -> {
            Vector value = code.fresh();
            code.load(dtype, value, X_ROW, vector);
            result(value, vector, 0);
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
        int vectors = activation == Activation.NONE ? 4 : code.overlap();
        code.columnsOf(dtype, END, vectors, i -> finish.accept(i, begin.apply(i)));
      }
    }

    /** The mean as far as a float holds it. */
    private void mean() {
      Vector[] sums = zeros();
      code.columnsOf(
          dtype,
          END,
          ACCUMULATORS,
          vector -> {
            Vector value = code.fresh();
            code.load(dtype, value, X_ROW, vector);
            code.accumulate(sums[vector], value);
          });
      code.reduce(ADD, sums);
      toMean(sums[0]);
      toFloat(mean, sums[0]);
    }

    /**
     * What the elements are multiplied by. What rounding has left of the mean is found in the same
     * pass, so that a large mean does not hide a small variance.
     */
    private void squares() {
      Vector[] squares = zeros();
      Vector[] sums = norm == Norm.LAYER ? zeros() : null;
      code.columnsOf(
          dtype,
          END,
          ACCUMULATORS,
          vector -> {
            Vector value = code.fresh();
            code.load(dtype, value, X_ROW, vector);
            if (norm == Norm.LAYER) {
              assembler.vector(SUBTRACT, value, value, mean);
              code.accumulate(sums[vector], value);
            }
            code.accumulateProduct(squares[vector], value, value);
          });
      code.reduce(ADD, squares);
      if (norm == Norm.LAYER) {
        layerScale(squares[0].as(128), squares[1].as(128), sums);
      } else {
        scale(squares[0]);
      }
    }

    /**
     * Computes it from the sum of squares, in floats: rows can be short, and all of a row waits.
     */
    private void scale(Vector sum) {
      Vector other = code.fresh();
      if (norm == Norm.EUCLIDEAN) {
        assembler.vector(SQUARE_ROOT, sum, sum);
        code.broadcast(other, assembler.argument(EPSILON));
        // Of two operands one of which is NaN, the instruction returns the second.
        assembler.vector(MAX, sum, other, sum);
        code.broadcast(other, assembler.argument(COUNT));
        assembler.vector(SQUARE_ROOT, other, other);
      } else {
        code.broadcast(other, assembler.argument(COUNT));
        assembler.vector(DIVIDE, sum, sum, other);
        code.broadcast(other, assembler.argument(EPSILON));
        assembler.vector(ADD, sum, sum, other);
        assembler.vector(SQUARE_ROOT, sum, sum);
        code.fill(other, 1);
      }
      assembler.vector(DIVIDE, scale, other, sum);
    }

    /** Computes it in doubles, so that a large mean does not hide a small variance. */
    private void layerScale(Vector square, Vector other, Vector[] sums) {
      toMean(square);
      code.reduce(ADD, sums);
      toMean(sums[0]);
      toFloat(rest, sums[0]);
      Vector sum = sums[0].as(128);
      assembler.vector(MULTIPLY_ONE_DOUBLE, sum, sum, sum);
      assembler.vector(SUBTRACT_ONE_DOUBLE, square, square, sum);
      code.zero(sum);
      assembler.vector(MAX_ONE_DOUBLE, square, sum, square);
      assembler.vector(ADD_ONE_DOUBLE, square, square, assembler.argument(EPSILON));
      assembler.vector(SQUARE_ROOT_ONE_DOUBLE, square, square, square);
      assembler.vector(LOAD_ONE_DOUBLE, other, assembler.constant(ONE));
      assembler.vector(DIVIDE_ONE_DOUBLE, square, other, square);
      toFloat(scale, square);
      assembler.vector(FNMA_213, rest, scale, assembler.constant(0f));
    }

    private Vector[] zeros() {
      Vector[] vectors = code.fresh(ACCUMULATORS);
      for (Vector vector : vectors) {
        code.zero(vector);
      }
      return vectors;
    }

    /** A sum of floats to its mean in double. */
    private void toMean(Vector sum) {
      Vector one = sum.as(128);
      assembler.vector(ONE_FLOAT_TO_DOUBLE, one, one, one);
      assembler.vector(DIVIDE_ONE_DOUBLE, one, one, assembler.argument(COUNT));
    }

    private void toFloat(Vector to, Vector from) {
      assembler.vector(ONE_DOUBLE_TO_FLOAT, to.as(128), from.as(128), from.as(128));
      code.broadcast(to);
    }

    /** The element before its activation, before it is rounded or rotated. */
    private void result(Vector value, int vector, int element) {
      if (norm == Norm.LAYER) {
        assembler.vector(SUBTRACT, value, value, mean);
        assembler.vector(FMA_213, value, scale, rest);
      } else {
        assembler.vector(MULTIPLY, value, value, scale);
      }
      int before = code.taken();
      Vector other = code.fresh();
      if (factor != Factor.NONE) {
        load32(other, FACTOR_ROW, vector, element);
        if (factor == Factor.PLAIN) {
          assembler.vector(MULTIPLY, value, value, other);
        } else {
          assembler.vector(FMA_213, value, other, value);
        }
      }
      if (offset) {
        load32(other, OFFSET_ROW, vector, element);
        assembler.vector(ADD, value, value, other);
      }
      code.release(before);
    }

    private void rounded(Vector value, int vector, int element) {
      result(value, vector, element);
      code.roundBetween(dtype, value);
    }

    private void load32(Vector to, Register row, int vector, int element) {
      if (arranged && element == 0) {
        code.loadArranged(to, row, vector);
      } else if (element == 0) {
        code.load(DType.F32, to, row, vector);
      } else {
        code.load(DType.F32, to, code.at(row, DType.F32, vector).plus(element * Float.BYTES));
      }
    }
  }
}
