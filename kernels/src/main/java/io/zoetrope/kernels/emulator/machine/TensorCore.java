package io.zoetrope.kernels.emulator.machine;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Multiplies the fragments of a warp: a 16 x 16 matrix A and a 16 x 8 matrix B of bfloat16.
 * Products and sums are float32, in the order of k, and the accumulator comes last; a GPU sums in
 * an order and precision of its own.
 *
 * <p>With g = lane / 4 and t = lane mod 4, register r of A holds row g + 8 (r mod 2), columns 2 t +
 * 8 (r / 2) and the next one. Register r of B holds column g and the same k. The accumulators hold
 * rows g and g + 8, columns 2 t and 2 t + 1.
 */
public final class TensorCore {
  /** The instruction that it computes. */
  public static final String OPCODE = "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32";

  /** Floating-point operations of one product. */
  public static final int FLOPS = 2 * 16 * 8 * 16;

  private static final int ROWS = 16;
  private static final int COLUMNS = 8;
  private static final int DEPTH = 16;

  private static final VectorSpecies<Float> LANES =
      FloatVector.SPECIES_PREFERRED.length() >= COLUMNS
          ? FloatVector.SPECIES_256
          : FloatVector.SPECIES_128;

  private final float[] a = new float[ROWS * DEPTH];
  private final float[] b = new float[DEPTH * COLUMNS];
  private final float[] product = new float[ROWS * COLUMNS];

  /** {@code d = a b + c} on the registers of all lanes: 4, 4, 2 and 4. */
  public void multiply(Warp warp, int[] d, int[] a, int[] b, int[] c) {
    for (int r = 0; r < a.length; r++) {
      gather(warp.word(a[r]), this.a, (r & 1) * 8 * DEPTH + (r >> 1) * 8, DEPTH, 1);
    }
    for (int r = 0; r < b.length; r++) {
      gather(warp.word(b[r]), this.b, r * 8 * COLUMNS, 1, COLUMNS);
    }
    multiply();
    add(warp, d, c);
  }

  /** Spreads one register: lane group g goes in steps of one stride, k in steps of the other. */
  private static void gather(
      int[] row, float[] matrix, int start, int groupStride, int depthStride) {
    for (int lane = 0; lane < 32; lane++) {
      int at = start + (lane >> 2) * groupStride + 2 * (lane & 3) * depthStride;
      matrix[at] = Float.intBitsToFloat(row[lane] << 16);
      matrix[at + depthStride] = Float.intBitsToFloat(row[lane] & 0xFFFF0000);
    }
  }

  private void multiply() {
    for (int row = 0; row < ROWS; row++) {
      for (int column = 0; column < COLUMNS; column += LANES.length()) {
        FloatVector sum = FloatVector.zero(LANES);
        for (int k = 0; k < DEPTH; k++) {
          FloatVector values = FloatVector.fromArray(LANES, b, k * COLUMNS + column);
          sum = values.fma(FloatVector.broadcast(LANES, a[row * DEPTH + k]), sum);
        }
        sum.intoArray(product, row * COLUMNS + column);
      }
    }
  }

  private void add(Warp warp, int[] d, int[] c) {
    for (int r = 0; r < 4; r++) {
      int[] target = warp.word(d[r]);
      int[] addend = warp.word(c[r]);
      int start = (r >> 1) * 8 * COLUMNS + (r & 1);
      for (int lane = 0; lane < 32; lane++) {
        target[lane] =
            Float.floatToRawIntBits(product[start + 2 * lane] + Float.intBitsToFloat(addend[lane]));
      }
    }
  }
}
