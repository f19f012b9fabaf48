package io.zoetrope.kernels.cpu.jit.asm;

/**
 * Vector instructions that the kernels use, with what the encodings are made of (Intel 64 and IA-32
 * Architectures Software Developer's Manual, volume 2). VEX is used where it suffices, EVEX for 512
 * bits, masks, broadcasts and registers from 16 on.
 */
public enum VectorInstruction {
  LOAD(Prefix.NONE, 1, 0x10, Tuple.FULL),
  STORE(Prefix.NONE, 1, 0x11, Tuple.FULL),
  LOAD_ONE(Prefix.F3, 1, 0x10, Tuple.ONE),
  STORE_ONE(Prefix.F3, 1, 0x11, Tuple.ONE),
  BROADCAST(Prefix.P66, 2, 0x18, Tuple.ONE),
  MOVE_HIGH_TO_LOW(Prefix.NONE, 1, 0x12, Tuple.FULL),

  ADD(Prefix.NONE, 1, 0x58, Tuple.FULL),
  MULTIPLY(Prefix.NONE, 1, 0x59, Tuple.FULL),
  SUBTRACT(Prefix.NONE, 1, 0x5c, Tuple.FULL),
  MIN(Prefix.NONE, 1, 0x5d, Tuple.FULL),
  DIVIDE(Prefix.NONE, 1, 0x5e, Tuple.FULL),
  MAX(Prefix.NONE, 1, 0x5f, Tuple.FULL),
  SQUARE_ROOT(Prefix.NONE, 1, 0x51, Tuple.FULL),
  ADD_ONE(Prefix.F3, 1, 0x58, Tuple.ONE),
  MULTIPLY_ONE(Prefix.F3, 1, 0x59, Tuple.ONE),
  DIVIDE_ONE(Prefix.F3, 1, 0x5e, Tuple.ONE),
  /** {@code dst = dst * src + rm}. */
  FMA_213(Prefix.P66, 2, 0xa8, Tuple.FULL),
  /** {@code dst = src * rm + dst}. */
  FMA_231(Prefix.P66, 2, 0xb8, Tuple.FULL),
  /** {@code dst = src * rm - dst}. */
  FMS_231(Prefix.P66, 2, 0xba, Tuple.FULL),
  /** {@code dst = -(dst * src) + rm}. */
  FNMA_213(Prefix.P66, 2, 0xac, Tuple.FULL),
  /** {@code dst = -(src * rm) + dst}. */
  FNMA_231(Prefix.P66, 2, 0xbc, Tuple.FULL),
  /** Rounds to integers as the immediate says. */
  ROUND(Prefix.P66, 3, 0x08, Tuple.FULL),

  ADD_DOUBLE(Prefix.P66, 1, 0x58, Tuple.FULL, true),
  MULTIPLY_DOUBLE(Prefix.P66, 1, 0x59, Tuple.FULL, true),
  ADD_ONE_DOUBLE(Prefix.F2, 1, 0x58, Tuple.ONE_DOUBLE, true),
  SUBTRACT_ONE_DOUBLE(Prefix.F2, 1, 0x5c, Tuple.ONE_DOUBLE, true),
  MULTIPLY_ONE_DOUBLE(Prefix.F2, 1, 0x59, Tuple.ONE_DOUBLE, true),
  DIVIDE_ONE_DOUBLE(Prefix.F2, 1, 0x5e, Tuple.ONE_DOUBLE, true),
  MAX_ONE_DOUBLE(Prefix.F2, 1, 0x5f, Tuple.ONE_DOUBLE, true),
  SQUARE_ROOT_ONE_DOUBLE(Prefix.F2, 1, 0x51, Tuple.ONE_DOUBLE, true),
  LOAD_ONE_DOUBLE(Prefix.F2, 1, 0x10, Tuple.ONE_DOUBLE, true),
  FMA_231_DOUBLE(Prefix.P66, 2, 0xb8, Tuple.FULL, true),
  FLOAT_TO_DOUBLE(Prefix.NONE, 1, 0x5a, Tuple.HALF),
  ONE_FLOAT_TO_DOUBLE(Prefix.F3, 1, 0x5a, Tuple.ONE),
  ONE_DOUBLE_TO_FLOAT(Prefix.F2, 1, 0x5a, Tuple.ONE_DOUBLE, true),

  /** IEEE floats of 16 bits. */
  HALF_TO_FLOAT(Prefix.P66, 2, 0x13, Tuple.HALF),

  AND(Prefix.NONE, 1, 0x54, Tuple.FULL),
  AND_NOT(Prefix.NONE, 1, 0x55, Tuple.FULL),
  OR(Prefix.NONE, 1, 0x56, Tuple.FULL),
  XOR(Prefix.NONE, 1, 0x57, Tuple.FULL),
  ADD_INT(Prefix.P66, 1, 0xfe, Tuple.FULL),
  SUBTRACT_INT(Prefix.P66, 1, 0xfa, Tuple.FULL),
  /** Unsigned shorts; what does not fit becomes the largest. */
  ADD_SHORT(Prefix.P66, 1, 0xdd, Tuple.FULL, false, Encoding.VEX),
  /** Unsigned shorts; what does not fit becomes 0. */
  SUBTRACT_SHORT(Prefix.P66, 1, 0xd9, Tuple.FULL, false, Encoding.VEX),
  /** Unsigned shorts. */
  MIN_SHORT(Prefix.P66, 2, 0x3a, Tuple.FULL, false, Encoding.VEX),
  /** Signed shorts. */
  MAX_SHORT(Prefix.P66, 1, 0xee, Tuple.FULL, false, Encoding.VEX),
  /** Shifts by the immediate; the operation is part of the opcode ({@code /6}). */
  SHIFT_LEFT(Prefix.P66, 1, 0x72, Tuple.FULL),
  /** Shifts by the immediate, zeros come in ({@code /2}). */
  SHIFT_RIGHT(Prefix.P66, 1, 0x72, Tuple.FULL),
  FLOAT_TO_INT(Prefix.P66, 1, 0x5b, Tuple.FULL),
  INT_TO_FLOAT(Prefix.NONE, 1, 0x5b, Tuple.FULL),
  /** The result is a vector of ones and zeros. */
  COMPARE(Prefix.NONE, 1, 0xc2, Tuple.FULL, false, Encoding.VEX),
  /** The result is a mask register. */
  COMPARE_TO_MASK(Prefix.NONE, 1, 0xc2, Tuple.FULL, false, Encoding.EVEX),
  /** The immediate holds the register that selects. */
  BLEND(Prefix.P66, 3, 0x4a, Tuple.FULL, false, Encoding.VEX),
  /** Shorts; the immediate has a bit for each of the eight of 128 bits. */
  BLEND_SHORT(Prefix.P66, 3, 0x0e, Tuple.FULL, false, Encoding.VEX),
  /** The mask selects. */
  BLEND_BY_MASK(Prefix.P66, 2, 0x65, Tuple.FULL, false, Encoding.EVEX),

  WIDEN_BYTE(Prefix.P66, 2, 0x31, Tuple.QUARTER),
  WIDEN_SIGNED_BYTE(Prefix.P66, 2, 0x21, Tuple.QUARTER),
  WIDEN_SHORT(Prefix.P66, 2, 0x33, Tuple.HALF),
  WIDEN_INT(Prefix.P66, 2, 0x35, Tuple.HALF),
  /** Eight ints and eight ints to sixteen shorts, lane by lane of 128 bits. */
  PACK_INT(Prefix.P66, 2, 0x2b, Tuple.FULL, false, Encoding.VEX),
  /** Ints to half as wide shorts; the destination is the operand. */
  NARROW_INT(Prefix.F3, 2, 0x33, Tuple.HALF, false, Encoding.EVEX),
  PERMUTE_LONG(Prefix.P66, 3, 0x00, Tuple.FULL, true),
  SHUFFLE(Prefix.NONE, 1, 0xc6, Tuple.FULL),
  /** Shorts of both in turn, from the lower half of each 128 bits. */
  UNPACK_LOW_SHORT(Prefix.P66, 1, 0x61, Tuple.FULL, false, Encoding.VEX),
  /** Shorts of both in turn, from the upper half of each 128 bits. */
  UNPACK_HIGH_SHORT(Prefix.P66, 1, 0x69, Tuple.FULL, false, Encoding.VEX),
  /** Puts 128 bits into one half of 256. */
  INSERT_128(Prefix.P66, 3, 0x18, Tuple.HALF, false, Encoding.VEX),
  /** 128 of 256 bits; the destination is the operand. */
  EXTRACT_128(Prefix.P66, 3, 0x19, Tuple.HALF, false, Encoding.VEX),
  /** 256 of 512 bits; the destination is the operand. */
  EXTRACT_256(Prefix.P66, 3, 0x1b, Tuple.HALF, true, Encoding.EVEX),

  /** AVX512-BF16: pairs of bfloat16, {@code dst += src[0] * rm[0] + src[1] * rm[1]}. */
  DOT_PRODUCT(Prefix.F3, 2, 0x52, Tuple.FULL, false, Encoding.EVEX),
  /** AVX512-BF16: floats to half as wide bfloat16, to nearest even. */
  NARROW_FLOAT(Prefix.F3, 2, 0x72, Tuple.DOUBLE, false, Encoding.EVEX);

  /** The mandatory prefix, in the order of its two bits. */
  enum Prefix {
    NONE,
    P66,
    F3,
    F2
  }

  /** Which of the encodings of vector instructions there are. */
  enum Encoding {
    VEX,
    EVEX,
    BOTH
  }

  /** How much memory the operand takes, measured by the register. */
  enum Tuple {
    FULL,
    HALF,
    QUARTER,
    DOUBLE,
    ONE,
    ONE_DOUBLE
  }

  final Prefix prefix;
  final int map;
  final int opcode;

  /** The W bit: 64-bit elements. */
  final boolean wide;

  final Encoding encoding;
  private final Tuple tuple;

  VectorInstruction(Prefix prefix, int map, int opcode, Tuple tuple) {
    this(prefix, map, opcode, tuple, false);
  }

  VectorInstruction(Prefix prefix, int map, int opcode, Tuple tuple, boolean wide) {
    this(prefix, map, opcode, tuple, wide, Encoding.BOTH);
  }

  VectorInstruction(
      Prefix prefix, int map, int opcode, Tuple tuple, boolean wide, Encoding encoding) {
    this.prefix = prefix;
    this.map = map;
    this.opcode = opcode;
    this.tuple = tuple;
    this.wide = wide;
    this.encoding = encoding;
  }

  /**
   * How many bytes of memory the operand takes, which is what 8-bit displacements count in under
   * EVEX.
   *
   * @param registerBytes size of the register operand
   * @param broadcast whether the operand is one element, repeated
   */
  int operandBytes(int registerBytes, boolean broadcast) {
    if (broadcast) {
      return wide ? Double.BYTES : Float.BYTES;
    }
    return switch (tuple) {
      case FULL -> registerBytes;
      case HALF -> registerBytes / 2;
      case QUARTER -> registerBytes / 4;
      case DOUBLE -> registerBytes * 2;
      case ONE -> Float.BYTES;
      case ONE_DOUBLE -> Double.BYTES;
    };
  }
}
