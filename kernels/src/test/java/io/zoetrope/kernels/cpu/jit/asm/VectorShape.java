package io.zoetrope.kernels.cpu.jit.asm;

import java.util.stream.IntStream;

/**
 * How an instruction is written, as tests need it to go through all of its forms.
 *
 * @param mnemonic the name that the manual gives it
 * @param kind which operands there are
 * @param widths of the register that says how long the vectors are, in bits
 * @param eighths size of the last operand in eighths of that width; 0 for a scalar
 * @param scalarBytes memory that a scalar takes, 0 for a vector
 * @param immediates values of the immediate to try; none if it has no immediate
 */
record VectorShape(
    String mnemonic, Kind kind, int[] widths, int eighths, int scalarBytes, int[] immediates) {
  enum Kind {
    /** register, operand */
    UNARY,
    /** register, memory only */
    LOAD,
    /** register, register, operand */
    BINARY,
    /** register, register, register only */
    REGISTERS,
    /** operand, register: a store */
    STORE,
    /** memory only, register */
    MEMORY_STORE
  }

  private static final int[] NONE = {};
  private static final int[] ALL = {128, 256, 512};
  private static final int[] SHORT = {128, 256};
  private static final int[] LONG = {256, 512};
  private static final int[] XMM = {128};
  private static final int[] BYTES = IntStream.range(0, 8).map(i -> i * 37 & 0xff).toArray();

  /** Bits of the operand where it is a register. */
  int operandBits(int width) {
    return scalarBytes > 0 ? 128 : Math.max(128, width * eighths / 8);
  }

  /** Bytes of the operand where it is in memory. */
  int operandBytes(int width) {
    return scalarBytes > 0 ? scalarBytes : width * eighths / 8 / Byte.SIZE;
  }

  /** Bits of the register operand. */
  int registerBits(VectorInstruction instruction, int width) {
    return instruction == VectorInstruction.NARROW_FLOAT ? Math.max(128, width / 2) : width;
  }

  boolean hasSource() {
    return kind == Kind.BINARY || kind == Kind.REGISTERS;
  }

  boolean readsOperand() {
    return kind != Kind.STORE && kind != Kind.MEMORY_STORE;
  }

  boolean takesRegister() {
    return kind != Kind.LOAD && kind != Kind.MEMORY_STORE;
  }

  boolean takesMemory() {
    return kind != Kind.REGISTERS;
  }

  /** Whether an operand in memory can be one element that is repeated (AVX-512). */
  boolean broadcasts() {
    return scalarBytes == 0
        && (kind == Kind.UNARY || kind == Kind.BINARY)
        && !mnemonic.equals("vmovups")
        && !mnemonic.startsWith("vpmovzx")
        && !mnemonic.startsWith("vpmovsx")
        && !mnemonic.equals("vcvtph2ps");
  }

  /** Writes the instruction; {@code immediate} is negative if there is none. */
  void write(
      Assembler assembler,
      VectorInstruction instruction,
      Operand.Vector register,
      Operand.Vector source,
      Operand operand,
      int immediate,
      int mask) {
    if (mask != 0) {
      assembler.masked(instruction, mask, register, source, operand);
    } else if (hasSource() && immediate >= 0) {
      assembler.vector(instruction, register, source, operand, immediate);
    } else if (hasSource()) {
      assembler.vector(instruction, register, source, operand);
    } else if (immediate >= 0) {
      assembler.vector(instruction, register, operand, immediate);
    } else {
      assembler.vector(instruction, register, operand);
    }
  }

  private static VectorShape of(String mnemonic, Kind kind, int... immediates) {
    return new VectorShape(mnemonic, kind, ALL, 8, 0, immediates);
  }

  private static VectorShape scalar(String mnemonic, Kind kind, int bytes) {
    return new VectorShape(mnemonic, kind, XMM, 8, bytes, NONE);
  }

  private VectorShape with(int[] newWidths, int newEighths) {
    return new VectorShape(mnemonic, kind, newWidths, newEighths, scalarBytes, immediates);
  }

  /** Shifts, comparisons to masks and blends have methods of their own and no shape here. */
  static VectorShape of(VectorInstruction instruction) {
    return switch (instruction) {
      case LOAD -> of("vmovups", Kind.UNARY);
      case STORE -> of("vmovups", Kind.STORE);
      case LOAD_ONE -> scalar("vmovss", Kind.LOAD, 4);
      case STORE_ONE -> scalar("vmovss", Kind.MEMORY_STORE, 4);
      case LOAD_ONE_DOUBLE -> scalar("vmovsd", Kind.LOAD, 8);
      case BROADCAST -> new VectorShape("vbroadcastss", Kind.UNARY, ALL, 8, 4, NONE);
      case MOVE_HIGH_TO_LOW -> of("vmovhlps", Kind.REGISTERS).with(XMM, 8);
      case ADD -> of("vaddps", Kind.BINARY);
      case MULTIPLY -> of("vmulps", Kind.BINARY);
      case SUBTRACT -> of("vsubps", Kind.BINARY);
      case MIN -> of("vminps", Kind.BINARY);
      case DIVIDE -> of("vdivps", Kind.BINARY);
      case MAX -> of("vmaxps", Kind.BINARY);
      case SQUARE_ROOT -> of("vsqrtps", Kind.UNARY);
      case ADD_ONE -> scalar("vaddss", Kind.BINARY, 4);
      case MULTIPLY_ONE -> scalar("vmulss", Kind.BINARY, 4);
      case DIVIDE_ONE -> scalar("vdivss", Kind.BINARY, 4);
      case FMA_213 -> of("vfmadd213ps", Kind.BINARY);
      case FMA_231 -> of("vfmadd231ps", Kind.BINARY);
      case FMS_231 -> of("vfmsub231ps", Kind.BINARY);
      case FNMA_213 -> of("vfnmadd213ps", Kind.BINARY);
      case FNMA_231 -> of("vfnmadd231ps", Kind.BINARY);
      case ROUND -> of("vroundps", Kind.UNARY, 0, 1, 2, 3, 8, 9, 10, 11, 4, 12);
      case ADD_DOUBLE -> of("vaddpd", Kind.BINARY);
      case MULTIPLY_DOUBLE -> of("vmulpd", Kind.BINARY);
      case ADD_ONE_DOUBLE -> scalar("vaddsd", Kind.BINARY, 8);
      case SUBTRACT_ONE_DOUBLE -> scalar("vsubsd", Kind.BINARY, 8);
      case MULTIPLY_ONE_DOUBLE -> scalar("vmulsd", Kind.BINARY, 8);
      case DIVIDE_ONE_DOUBLE -> scalar("vdivsd", Kind.BINARY, 8);
      case MAX_ONE_DOUBLE -> scalar("vmaxsd", Kind.BINARY, 8);
      case SQUARE_ROOT_ONE_DOUBLE -> scalar("vsqrtsd", Kind.BINARY, 8);
      case FMA_231_DOUBLE -> of("vfmadd231pd", Kind.BINARY);
      case FLOAT_TO_DOUBLE -> of("vcvtps2pd", Kind.UNARY).with(ALL, 4);
      case ONE_FLOAT_TO_DOUBLE -> scalar("vcvtss2sd", Kind.BINARY, 4);
      case ONE_DOUBLE_TO_FLOAT -> scalar("vcvtsd2ss", Kind.BINARY, 8);
      case AND -> of("vandps", Kind.BINARY);
      case AND_NOT -> of("vandnps", Kind.BINARY);
      case OR -> of("vorps", Kind.BINARY);
      case XOR -> of("vxorps", Kind.BINARY);
      case ADD_INT -> of("vpaddd", Kind.BINARY);
      case SUBTRACT_INT -> of("vpsubd", Kind.BINARY);
      case ADD_SHORT -> of("vpaddusw", Kind.BINARY).with(SHORT, 8);
      case SUBTRACT_SHORT -> of("vpsubusw", Kind.BINARY).with(SHORT, 8);
      case MIN_SHORT -> of("vpminuw", Kind.BINARY).with(SHORT, 8);
      case MAX_SHORT -> of("vpmaxsw", Kind.BINARY).with(SHORT, 8);
      case BLEND_SHORT -> of("vpblendw", Kind.BINARY, BYTES).with(SHORT, 8);
      case FLOAT_TO_INT -> of("vcvtps2dq", Kind.UNARY);
      case INT_TO_FLOAT -> of("vcvtdq2ps", Kind.UNARY);
      case COMPARE -> of("vcmpps", Kind.BINARY, IntStream.range(0, 32).toArray()).with(SHORT, 8);
      case HALF_TO_FLOAT -> of("vcvtph2ps", Kind.UNARY).with(ALL, 4);
      case WIDEN_BYTE -> of("vpmovzxbd", Kind.UNARY).with(ALL, 2);
      case WIDEN_SIGNED_BYTE -> of("vpmovsxbd", Kind.UNARY).with(ALL, 2);
      case WIDEN_INT -> of("vpmovzxdq", Kind.UNARY).with(ALL, 4);
      case WIDEN_SHORT -> of("vpmovzxwd", Kind.UNARY).with(ALL, 4);
      case PACK_INT -> of("vpackusdw", Kind.BINARY).with(SHORT, 8);
      case NARROW_INT -> of("vpmovdw", Kind.STORE).with(ALL, 4);
      case PERMUTE_LONG -> of("vpermq", Kind.UNARY, BYTES).with(LONG, 8);
      case SHUFFLE -> of("vshufps", Kind.BINARY, BYTES);
      case UNPACK_LOW_SHORT -> of("vpunpcklwd", Kind.BINARY).with(SHORT, 8);
      case UNPACK_HIGH_SHORT -> of("vpunpckhwd", Kind.BINARY).with(SHORT, 8);
      case INSERT_128 -> of("vinsertf128", Kind.BINARY, 0, 1).with(new int[] {256}, 4);
      case EXTRACT_128 -> of("vextractf128", Kind.STORE, 0, 1).with(new int[] {256}, 4);
      case EXTRACT_256 -> of("vextractf64x4", Kind.STORE, 0, 1).with(new int[] {512}, 4);
      case DOT_PRODUCT -> of("vdpbf16ps", Kind.BINARY);
      case NARROW_FLOAT -> of("vcvtneps2bf16", Kind.UNARY).with(LONG, 8);
      case SHIFT_LEFT, SHIFT_RIGHT, BLEND, COMPARE_TO_MASK, BLEND_BY_MASK -> null;
    };
  }
}
