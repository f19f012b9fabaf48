package io.zoetrope.kernels.emulator;

/**
 * The forms of {@code mma.sync} that the emulator knows; all make a 16 x 8 result.
 *
 * <p>With g = lane / 4 and t = lane mod 4, register r of A holds row g + 8 (r mod 2); with 16-bit
 * elements columns 2 t + 8 (r / 2) and the next one, with tf32 column t + 4 (r / 2). Register r of
 * B holds column g and the same k. The accumulators hold rows g and g + 8, columns 2 t and 2 t + 1.
 */
enum MatrixShape {
  BF16_K16("m16n8k16.row.col.f32.bf16.bf16.f32", 16, PtxType.BF16, true),
  BF16_K8("m16n8k8.row.col.f32.bf16.bf16.f32", 8, PtxType.BF16, true),
  F16_K16("m16n8k16.row.col.f32.f16.f16.f32", 16, PtxType.F16, true),
  F16_K8("m16n8k8.row.col.f32.f16.f16.f32", 8, PtxType.F16, true),
  F16_K16_F16("m16n8k16.row.col.f16.f16.f16.f16", 16, PtxType.F16, false),
  TF32_K8("m16n8k8.row.col.f32.tf32.tf32.f32", 8, PtxType.TF32, true),
  TF32_K4("m16n8k4.row.col.f32.tf32.tf32.f32", 4, PtxType.TF32, true);

  static final int ROWS = 16;
  static final int COLUMNS = 8;

  private final String suffix;
  private final int depth;
  private final PtxType element;
  private final boolean floatAccumulator;

  MatrixShape(String suffix, int depth, PtxType element, boolean floatAccumulator) {
    this.suffix = suffix;
    this.depth = depth;
    this.element = element;
    this.floatAccumulator = floatAccumulator;
  }

  /** The form of an opcode; null for an unknown one. */
  static MatrixShape of(String opcode) {
    for (MatrixShape shape : values()) {
      if (opcode.equals("mma.sync.aligned." + shape.suffix)) {
        return shape;
      }
    }
    return null;
  }

  /** Length of the sums. */
  int depth() {
    return depth;
  }

  PtxType element() {
    return element;
  }

  boolean floatAccumulator() {
    return floatAccumulator;
  }

  int registersOfA() {
    return 2 * registersOfB();
  }

  int registersOfB() {
    return depth * element.bytes() / 16;
  }
}
