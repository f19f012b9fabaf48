package io.zoetrope.kernels.cpu.jit.kernel;

import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.*;

import io.zoetrope.kernels.cpu.jit.asm.Argument;
import io.zoetrope.kernels.cpu.jit.asm.ArgumentNames;
import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.Assembler.Condition;
import io.zoetrope.kernels.cpu.jit.asm.Assembler.Label;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.asm.Operand;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Address;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import io.zoetrope.kernels.cpu.jit.asm.Register;
import io.zoetrope.kernels.cpu.jit.asm.RowsArgument;
import io.zoetrope.kernels.cpu.jit.code.VectorCode;
import io.zoetrope.kernels.cpu.jit.code.VectorCode.Comparison;
import io.zoetrope.kernels.cpu.jit.code.VectorFunctions;
import io.zoetrope.kernels.cpu.jit.code.VectorLoops.Rows;
import io.zoetrope.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * One step of a softmax over blocks of keys (Milakov and Gimelshein, "Online normalizer calculation
 * for softmax", 2018): takes the scores of some queries with one block of keys, updates the largest
 * score so far and the total of the weights, scales what has been summed so far to the new largest
 * score, and writes the weights of the block. With {@code score = (product * scale + bias) * log2
 * e}, so that powers of 2 serve:
 *
 * <pre>
 * largest' = max(largest, scores)
 * weights = 2^(scores - largest')
 * sums *= 2^(largest - largest')
 * total' = total * 2^(largest - largest') + sum of the weights, before they are rounded
 * </pre>
 *
 * Before the first block, the largest score is -infinity, total and sums are 0. As long as all
 * scores of a row are -infinity, its weights are 0 and the rest stays as it is.
 *
 * @param bias whether there is one
 * @param out dtype of the weights
 */
public record SoftmaxRows(InstructionSet set, boolean bias, DType out)
    implements KernelCache.Recipe {
  private static final ArgumentNames<SoftmaxRows> NAMES = new ArgumentNames<>();

  /** F32. */
  public static final RowsArgument<SoftmaxRows> PRODUCTS = NAMES.rows("products");

  public static final Argument<SoftmaxRows> ROWS = NAMES.value("rows");

  /** Keys of the block. */
  public static final Argument<SoftmaxRows> WIDTH = NAMES.value("width");

  /** A float. */
  public static final Argument<SoftmaxRows> SCALE = NAMES.value("scale");

  /** F32; read if there is one. */
  public static final RowsArgument<SoftmaxRows> BIAS = NAMES.rows("bias");

  /** The largest scores so far, F32, one for each row. */
  public static final Argument<SoftmaxRows> LARGEST = NAMES.value("largest scores");

  /** F32, one for each row. */
  public static final Argument<SoftmaxRows> TOTALS = NAMES.value("totals");

  /** F32. */
  public static final RowsArgument<SoftmaxRows> SUMS = NAMES.rows("sums");

  /** Columns of the sums. */
  public static final Argument<SoftmaxRows> SUM_COLUMNS = NAMES.value("columns of the sums");

  /** They may take the place of the products if they are F32. */
  public static final RowsArgument<SoftmaxRows> WEIGHTS = NAMES.rows("weights");

  /** Columns of the weights; those from the width on become 0. */
  public static final Argument<SoftmaxRows> PADDED_WIDTH = NAMES.value("padded width");

  private static final int LARGEST_ACCUMULATORS = 4;

  private static final Register PRODUCT_ROW = Register.RSI;
  private static final Register WEIGHT_ROW = Register.RDX;
  private static final Register LARGEST_AT = Register.R8;
  private static final Register TOTAL_AT = Register.R9;
  private static final Register SUM_ROW = Register.R10;
  private static final Register KEYS = Register.R11;
  private static final Register BIAS_ROW = Register.RBX;
  private static final Register COUNTER = Register.R12;
  private static final Register END = Register.R13;

  /** Writes one function. */
  private record Writer(SoftmaxRows recipe, Assembler assembler, VectorCode code, Vector scale) {
    void row() {
      Vector next = largest();
      Vector factor = code.fresh();
      Vector shift = code.fresh();
      // Without any key yet, differences to -infinity would be NaN; any other number serves.
      code.zero(factor);
      assembler.vector(SUBTRACT, shift, factor, next);
      code.select(Comparison.EQUAL, next, minusInfinity(), shift, factor);
      rescale(factor, shift, next);
      Vector total = code.fresh();
      code.zero(total);
      VectorFunctions functions = new VectorFunctions(code, DType.F32);
      code.columns(
          KEYS,
          code.overlap(),
          vector -> {
            Vector weight = code.fresh();
            shiftedScore(weight, vector, shift);
            functions.exp2OfNegative(weight);
            code.accumulate(total, weight);
            code.storeFactors(recipe.out, code.at(WEIGHT_ROW, recipe.out, vector), weight);
          });
      code.reduce(ADD, total);
      Address totalSoFar = Address.at(TOTAL_AT);
      code.broadcast(shift, totalSoFar);
      assembler.vector(FMA_231, total, shift, factor);
      assembler.vector(STORE_ONE, total.as(128), totalSoFar);
      pad(total);
    }

    /** The largest score so far, this block included. */
    private Vector largest() {
      Vector[] largest = code.fresh(LARGEST_ACCUMULATORS);
      for (Vector vector : largest) {
        code.broadcast(vector, Address.at(LARGEST_AT));
      }
      code.columns(
          KEYS,
          LARGEST_ACCUMULATORS,
          vector -> {
            Vector score = code.fresh();
            score(score, vector);
            assembler.vector(MAX, largest[vector], largest[vector], score);
          });
      code.reduce(MAX, largest);
      return largest[0];
    }

    private void score(Vector score, int vector) {
      code.load(DType.F32, score, code.at(PRODUCT_ROW, DType.F32, vector));
      if (recipe.bias) {
        addBias(score, vector);
      } else {
        assembler.vector(MULTIPLY, score, score, scale);
      }
    }

    private void shiftedScore(Vector score, int vector, Vector shift) {
      code.load(DType.F32, score, code.at(PRODUCT_ROW, DType.F32, vector));
      if (recipe.bias) {
        addBias(score, vector);
        assembler.vector(ADD, score, score, shift);
      } else {
        assembler.vector(FMA_213, score, scale, shift);
      }
    }

    private void addBias(Vector score, int vector) {
      int before = code.taken();
      Vector added = code.fresh();
      code.load(DType.F32, added, code.at(BIAS_ROW, DType.F32, vector));
      assembler.vector(MULTIPLY, added, added, code.constant(VectorFunctions.LOG2_E));
      assembler.vector(FMA_213, score, scale, added);
      code.release(before);
    }

    /** {@code factor = 2^(largest + shift)}, applied to the sums unless it is 1. */
    private void rescale(Vector factor, Vector shift, Vector next) {
      code.broadcast(factor, Address.at(LARGEST_AT));
      assembler.vector(STORE_ONE, next.as(128), Address.at(LARGEST_AT));
      assembler.vector(ADD, factor, factor, shift);
      new VectorFunctions(code, DType.F32).exp2OfNegative(factor);
      Label done = assembler.label();
      assembler.moveFromVector(VectorCode.SCRATCH, factor.as(128));
      assembler.compare(VectorCode.SCRATCH, Float.floatToRawIntBits(1));
      assembler.jump(Condition.EQUAL, done);
      assembler.load(END, assembler.argument(SUM_COLUMNS));
      code.columns(
          END,
          4,
          vector -> {
            Vector sum = code.fresh();
            Address at = code.at(SUM_ROW, DType.F32, vector);
            code.load(DType.F32, sum, at);
            assembler.vector(MULTIPLY, sum, sum, factor);
            code.store(DType.F32, at, sum);
          });
      assembler.place(done);
    }

    private void pad(Vector zero) {
      code.zero(zero);
      assembler.load(END, assembler.argument(PADDED_WIDTH));
      assembler.move(VectorCode.INDEX, KEYS);
      code.moreColumns(
          END, 1, vector -> code.store(recipe.out, code.at(WEIGHT_ROW, recipe.out, vector), zero));
    }

    private Operand minusInfinity() {
      return code.constant(Float.NEGATIVE_INFINITY);
    }
  }

  @Override
  public void generate(Assembler assembler) {
    VectorCode.write(assembler, set, this::write);
  }

  private void write(VectorCode code) {
    Assembler assembler = code.assembler();
    assembler.enter(BIAS_ROW, COUNTER, END);
    assembler.load(COUNTER, assembler.argument(ROWS));
    assembler.load(KEYS, assembler.argument(WIDTH));
    assembler.load(LARGEST_AT, assembler.argument(LARGEST));
    assembler.load(TOTAL_AT, assembler.argument(TOTALS));
    Vector scale = code.fresh();
    code.broadcast(scale, assembler.argument(SCALE));
    assembler.vector(MULTIPLY, scale, scale, code.constant(VectorFunctions.LOG2_E));
    Writer writer = new Writer(this, assembler, code, scale);
    List<Rows> all =
        new ArrayList<>(
            List.of(
                new Rows(PRODUCT_ROW, PRODUCTS),
                new Rows(SUM_ROW, SUMS),
                new Rows(WEIGHT_ROW, WEIGHTS)));
    if (bias) {
      all.add(new Rows(BIAS_ROW, BIAS));
    }
    code.rows(
        COUNTER,
        all,
        () -> {
          writer.row();
          assembler.add(LARGEST_AT, Float.BYTES);
          assembler.add(TOTAL_AT, Float.BYTES);
        });
    assembler.leave(BIAS_ROW, COUNTER, END);
  }
}
