package io.zoetrope.kernels.cpu.jit.kernel;

import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.*;

import io.zoetrope.encoding.CodeFormat;
import io.zoetrope.encoding.CodePlane;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes numbers of the codes of quantized weights: {@code scale * (value - zero) - offset}, each
 * operation rounded to float32 as {@link CodeFormat} says, and the result rounded to nearest even
 * where it is BF16. Codes are taken from where they are stored. A row is a block of codes, whose
 * groups have a scale and an offset each.
 *
 * @param value what a code stands for
 * @param to F32 or BF16
 * @param factors whether the numbers are factors of products of BF16, whose units take subnormal
 *     numbers for 0: then these may be 0 as well
 * @param group codes that share a scale; 0 for any number of whole bytes, where a row is a group
 * @param plane where the codes of a block lie; of no block if {@code group} is 0
 */
public record ScaleCodes(
    InstructionSet set,
    CodeFormat.Value value,
    DType to,
    boolean factors,
    int group,
    CodePlane plane)
    implements KernelCache.Recipe {
  private static final ArgumentNames<ScaleCodes> NAMES = new ArgumentNames<>();

  /** The codes of a block, from their first byte on. */
  public static final RowsArgument<ScaleCodes> CODES = NAMES.rows("codes");

  public static final RowsArgument<ScaleCodes> DESTINATION = NAMES.rows("destination");

  /** F32, one for each group of a row; or the only one of a block, in F16. */
  public static final RowsArgument<ScaleCodes> SCALES = NAMES.rows("scales");

  /** F32, one for each group of a row; none where blocks hold their scales. */
  public static final RowsArgument<ScaleCodes> OFFSETS = NAMES.rows("offsets");

  /** A float; of codes without a sign alone. */
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

  /** Blocks of up to so many codes have functions of their own, without a loop. */
  private static final int FEW = 256;

  /** The function for codes of a format that lie in a plane. */
  public static ScaleCodes of(
      InstructionSet set, CodeFormat format, CodePlane plane, DType to, boolean factors) {
    boolean isLong = plane.block() > FEW;
    CodePlane places =
        new CodePlane(
            isLong ? 0 : plane.block(),
            isLong ? 0 : plane.bytes(),
            plane.at(),
            plane.bits(),
            isLong ? 0 : plane.run(),
            plane.isSigned(),
            plane.scale());
    return new ScaleCodes(set, format.value(), to, factors, isLong ? 0 : format.group(), places);
  }

  /** Whether there is a function for codes of a format that lie in a plane. */
  public static boolean takes(CodeFormat format, CodePlane plane) {
    return format.group() % GRANULE == 0
        && plane.run() % GRANULE == 0
        && (plane.block() <= FEW || plane.block() == format.group());
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
    List<Rows> rows = new ArrayList<>();
    rows.add(new Rows(CODE_ROW, CODES));
    rows.add(new Rows(DESTINATION_ROW, DESTINATION));
    rows.add(new Rows(SCALE, SCALES));
    Optional<Vector> zero = Optional.empty();
    if (!plane.isSigned()) {
      zero = Optional.of(code.fresh());
      code.broadcast(zero.get(), assembler.argument(ZERO));
    }
    Vector scale = code.fresh();
    Optional<Vector> offset = Optional.empty();
    if (!plane.hasScale()) {
      rows.add(new Rows(OFFSET, OFFSETS));
      offset = Optional.of(code.fresh());
    }
    Numbers numbers = new Numbers(code, zero, scale, offset);
    int together = value == CodeFormat.Value.INTEGER || set.hasMasks() ? 2 : 1;
    code.rows(
        COUNTER,
        rows,
        () -> {
          if (group == 0) {
            numbers.begin(0);
            code.wholeColumns(END, together, numbers::make);
            return;
          }
          int vectors = group / set.lanes();
          for (int i = 0; i < plane.block() / group; i++) {
            int first = i * vectors;
            numbers.begin(i);
            code.firstVectors(vectors, together, vector -> numbers.make(first + vector));
          }
        });
    assembler.leave();
  }

  /** The numbers of a group, with the registers that hold what they are made with. */
  private final class Numbers {
    private final VectorCode code;
    private final Assembler assembler;
    private final Optional<Vector> zero;
    private final Vector scale;
    private final Optional<Vector> offset;

    private Numbers(VectorCode code, Optional<Vector> zero, Vector scale, Optional<Vector> offset) {
      this.code = code;
      this.assembler = code.assembler();
      this.zero = zero;
      this.scale = scale;
      this.offset = offset;
    }

    /** Loads what a group is scaled with. */
    void begin(int index) {
      if (plane.hasScale()) {
        code.broadcastHalf(scale, Address.at(SCALE));
      } else {
        code.broadcast(scale, Address.at(SCALE, index * Float.BYTES));
      }
      offset.ifPresent(vector -> code.broadcast(vector, Address.at(OFFSET, index * Float.BYTES)));
    }

    /** Makes those of the vector with a number. */
    void make(int vector) {
      Vector number = code.fresh();
      load(number, vector);
      if (value == CodeFormat.Value.INTEGER) {
        assembler.vector(INT_TO_FLOAT, number, number);
      } else {
        widenE4m3(code, number);
      }
      zero.ifPresent(subtracted -> assembler.vector(SUBTRACT, number, number, subtracted));
      assembler.vector(MULTIPLY, number, number, scale);
      offset.ifPresent(subtracted -> assembler.vector(SUBTRACT, number, number, subtracted));
      Address place = code.at(DESTINATION_ROW, to, vector);
      if (factors) {
        code.storeFactors(to, place, number);
      } else {
        code.store(to, place, number);
      }
    }

    /** Loads codes as integers of 32 bits. */
    private void load(Vector number, int vector) {
      var widen = plane.isSigned() ? WIDEN_SIGNED_BYTE : WIDEN_BYTE;
      if (group == 0) {
        assembler.vector(widen, number, code.at(CODE_ROW, DType.U8, vector));
        return;
      }
      int runs = Byte.SIZE / plane.bits();
      int first = vector * set.lanes();
      int inRuns = first % (plane.run() * runs);
      int from = first / (plane.run() * runs) * plane.run() + inRuns % plane.run();
      int right = inRuns / plane.run() * plane.bits();
      assembler.vector(widen, number, Address.at(CODE_ROW, from));
      if (right > 0) {
        assembler.shiftRight(number, number, right);
      }
      if (right + plane.bits() < Byte.SIZE) {
        assembler.vector(AND, number, number, code.constantBits((1 << plane.bits()) - 1));
      }
    }
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
