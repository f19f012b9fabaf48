package io.zoetrope.kernels.cpu.jit.kernel;

import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.*;

import io.zoetrope.encoding.CodeFormat;
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
import io.zoetrope.kernels.cpu.jit.code.VectorCode.Comparison;
import io.zoetrope.kernels.cpu.jit.code.VectorLoops.Rows;
import io.zoetrope.tensor.DType;
import java.util.List;

/**
 * Makes numbers of the codes of quantized weights: {@code scale * (value - zero) - offset}, each
 * operation rounded to float32 as {@link CodeFormat} says, and the result rounded to nearest even
 * where it is BF16. A row is a group of codes with a scale and an offset of its own.
 *
 * @param value what a code stands for
 * @param to F32 or BF16
 * @param group codes of a row, where they are few; 0 for any number
 */
public record ScaleCodes(InstructionSet set, CodeFormat.Value value, DType to, int group)
    implements KernelCache.Recipe {
  private static final ArgumentNames<ScaleCodes> NAMES = new ArgumentNames<>();

  /** A byte each. */
  public static final RowsArgument<ScaleCodes> CODES = NAMES.rows("codes");

  public static final RowsArgument<ScaleCodes> DESTINATION = NAMES.rows("destination");

  /** F32, one for each row. */
  public static final RowsArgument<ScaleCodes> SCALES = NAMES.rows("scales");

  /** F32, one for each row. */
  public static final RowsArgument<ScaleCodes> OFFSETS = NAMES.rows("offsets");

  /** A float. */
  public static final Argument<ScaleCodes> ZERO = NAMES.value("zero");

  public static final Argument<ScaleCodes> ROWS = NAMES.value("rows");

  /** Codes of a row, unless the recipe says it: a multiple of {@link #GRANULE}. */
  public static final Argument<ScaleCodes> COLUMNS = NAMES.value("columns");

  /** Codes that a vector of any instruction set takes whole. */
  public static final int GRANULE = 16;

  private static final Register CODE_ROW = Register.RSI;
  private static final Register DESTINATION_ROW = Register.RDX;
  private static final Register COUNTER = Register.R8;
  private static final Register END = Register.R9;
  private static final Register SCALE = Register.R10;
  private static final Register OFFSET = Register.R11;

  private static final int SIGN = 7;
  private static final int MAGNITUDE = 0x7f;

  /** The fields of E4M3 lie so far below those of F32, whose exponent has another bias. */
  private static final int E4M3_SHIFT = 20;

  private static final int E4M3_BIAS = 127 - 7 << 23;

  /** Magnitudes up to this one are multiples of {@link #E4M3_STEP}. */
  private static final float E4M3_SUBNORMAL = 7;

  private static final float E4M3_STEP = 0x1p-9f;

  /** The magnitude behind this one is no number. */
  private static final float E4M3_LARGEST = 126;

  /** Groups of up to so many codes have functions of their own, without a loop. */
  private static final int FEW = 32;

  /** The function for groups of so many codes. */
  public static ScaleCodes of(InstructionSet set, CodeFormat.Value value, DType to, int group) {
    return new ScaleCodes(set, value, to, group <= FEW ? group : 0);
  }

  @Override
  public void generate(Assembler assembler) {
    VectorCode.write(assembler, set, this::write);
  }

  private void write(VectorCode code) {
    Assembler assembler = code.assembler();
    assembler.load(COUNTER, assembler.argument(ROWS));
    if (group == 0) {
      assembler.load(END, assembler.argument(COLUMNS));
    }
    Vector zero = code.fresh();
    code.broadcast(zero, assembler.argument(ZERO));
    Vector scale = code.fresh();
    Vector offset = code.fresh();
    code.rows(
        COUNTER,
        List.of(
            new Rows(CODE_ROW, CODES),
            new Rows(DESTINATION_ROW, DESTINATION),
            new Rows(SCALE, SCALES),
            new Rows(OFFSET, OFFSETS)),
        () -> {
          code.broadcast(scale, Address.at(SCALE));
          code.broadcast(offset, Address.at(OFFSET));
          int together = value == CodeFormat.Value.INTEGER || set.hasMasks() ? 2 : 1;
          if (group == 0) {
            code.wholeColumns(END, together, vector -> move(code, vector, zero, scale, offset));
          } else {
            code.firstVectors(
                group / set.lanes(), together, vector -> move(code, vector, zero, scale, offset));
          }
        });
    assembler.leave();
  }

  private void move(VectorCode code, int vector, Vector zero, Vector scale, Vector offset) {
    Assembler assembler = code.assembler();
    Vector number = code.fresh();
    assembler.vector(WIDEN_BYTE, number, code.at(CODE_ROW, DType.U8, vector));
    if (value == CodeFormat.Value.INTEGER) {
      assembler.vector(INT_TO_FLOAT, number, number);
    } else {
      widenE4m3(code, number);
    }
    assembler.vector(SUBTRACT, number, number, zero);
    assembler.vector(MULTIPLY, number, number, scale);
    assembler.vector(SUBTRACT, number, number, offset);
    code.store(to, code.at(DESTINATION_ROW, to, vector), number);
  }

  /** Codes in the lowest byte of each lane become the floats that they are. */
  private static void widenE4m3(VectorCode code, Vector number) {
    Assembler assembler = code.assembler();
    Vector sign = code.fresh();
    assembler.shiftRight(sign, number, SIGN);
    assembler.shiftLeft(sign, sign, Integer.SIZE - 1);
    Vector magnitude = code.fresh();
    assembler.vector(AND, number, number, code.constantBits(MAGNITUDE));
    assembler.vector(INT_TO_FLOAT, magnitude, number);
    Vector normal = code.fresh();
    assembler.shiftLeft(normal, number, E4M3_SHIFT);
    assembler.vector(ADD_INT, normal, normal, code.constantBits(E4M3_BIAS));
    assembler.vector(MULTIPLY, number, magnitude, code.constant(E4M3_STEP));
    code.select(Comparison.GREATER, magnitude, code.constant(E4M3_SUBNORMAL), number, normal);
    code.select(
        Comparison.GREATER,
        magnitude,
        code.constant(E4M3_LARGEST),
        number,
        code.constant(Float.NaN));
    assembler.vector(OR, number, number, sign);
  }
}
