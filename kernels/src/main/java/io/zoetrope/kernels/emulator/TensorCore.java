package io.zoetrope.kernels.emulator;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Multiplies the fragments of a warp. Products and sums are float32, in the order of k, and the
 * accumulator comes last; a GPU sums in an order and precision of its own.
 */
final class TensorCore {
  private static final VectorSpecies<Float> LANES =
      FloatVector.SPECIES_PREFERRED.length() >= MatrixShape.COLUMNS
          ? FloatVector.SPECIES_256
          : FloatVector.SPECIES_128;

  private final float[] a = new float[MatrixShape.ROWS * 16];
  private final float[] b = new float[16 * MatrixShape.COLUMNS];
  private final float[] product = new float[MatrixShape.ROWS * MatrixShape.COLUMNS];

  /** {@code d = a b + c} on the registers of all lanes. */
  void multiply(MatrixShape shape, Warp warp, int[] d, int[] a, int[] b, int[] c) {
    gather(shape, warp, a, b);
    multiply(shape.depth());
    if (shape.floatAccumulator()) {
      addFloats(warp, d, c);
    } else {
      addHalves(warp, d, c);
    }
  }

  private void gather(MatrixShape shape, Warp warp, int[] aRegisters, int[] bRegisters) {
    int depth = shape.depth();
    for (int r = 0; r < aRegisters.length; r++) {
      int[] row = warp.word(aRegisters[r]);
      int start = (r & 1) * 8 * depth;
      switch (shape.element()) {
        case BF16 -> gatherBfloat16(row, a, start + (r >> 1) * 8, depth, 1);
        case F16 -> gatherFloat16(row, a, start + (r >> 1) * 8, depth, 1);
        default -> gatherTf32(row, a, start + (r >> 1) * 4, depth, 1);
      }
    }
    int columns = MatrixShape.COLUMNS;
    for (int r = 0; r < bRegisters.length; r++) {
      int[] row = warp.word(bRegisters[r]);
      switch (shape.element()) {
        case BF16 -> gatherBfloat16(row, b, r * 8 * columns, 1, columns);
        case F16 -> gatherFloat16(row, b, r * 8 * columns, 1, columns);
        default -> gatherTf32(row, b, r * 4 * columns, 1, columns);
      }
    }
  }

  /** Spreads one register: lane group g goes in steps of one stride, k in steps of the other. */
  private static void gatherBfloat16(
      int[] row, float[] matrix, int start, int groupStride, int depthStride) {
    for (int lane = 0; lane < 32; lane++) {
      int at = start + (lane >> 2) * groupStride + 2 * (lane & 3) * depthStride;
      matrix[at] = Float.intBitsToFloat(row[lane] << 16);
      matrix[at + depthStride] = Float.intBitsToFloat(row[lane] & 0xFFFF0000);
    }
  }

  private static void gatherFloat16(
      int[] row, float[] matrix, int start, int groupStride, int depthStride) {
    for (int lane = 0; lane < 32; lane++) {
      int at = start + (lane >> 2) * groupStride + 2 * (lane & 3) * depthStride;
      matrix[at] = Floats.fromFloat16(row[lane]);
      matrix[at + depthStride] = Floats.fromFloat16(row[lane] >>> 16);
    }
  }

  /** The low 13 bits of a tf32 operand are not looked at. */
  private static void gatherTf32(
      int[] row, float[] matrix, int start, int groupStride, int depthStride) {
    for (int lane = 0; lane < 32; lane++) {
      int at = start + (lane >> 2) * groupStride + (lane & 3) * depthStride;
      matrix[at] = Float.intBitsToFloat(row[lane] & 0xFFFFE000);
    }
  }

  private void multiply(int depth) {
    for (int row = 0; row < MatrixShape.ROWS; row++) {
      for (int column = 0; column < MatrixShape.COLUMNS; column += LANES.length()) {
        FloatVector sum = FloatVector.zero(LANES);
        for (int k = 0; k < depth; k++) {
          FloatVector values = FloatVector.fromArray(LANES, b, k * MatrixShape.COLUMNS + column);
          sum = values.fma(FloatVector.broadcast(LANES, a[row * depth + k]), sum);
        }
        sum.intoArray(product, row * MatrixShape.COLUMNS + column);
      }
    }
  }

  private void addFloats(Warp warp, int[] d, int[] c) {
    for (int r = 0; r < 4; r++) {
      int[] target = warp.word(d[r]);
      int[] addend = warp.word(c[r]);
      int start = (r >> 1) * 8 * MatrixShape.COLUMNS + (r & 1);
      for (int lane = 0; lane < 32; lane++) {
        target[lane] =
            Float.floatToRawIntBits(product[start + 2 * lane] + Float.intBitsToFloat(addend[lane]));
      }
    }
  }

  private void addHalves(Warp warp, int[] d, int[] c) {
    for (int r = 0; r < 2; r++) {
      int[] target = warp.word(d[r]);
      int[] addend = warp.word(c[r]);
      int start = r * 8 * MatrixShape.COLUMNS;
      for (int lane = 0; lane < 32; lane++) {
        float low = product[start + 2 * lane] + Floats.fromFloat16(addend[lane]);
        float high = product[start + 2 * lane + 1] + Floats.fromFloat16(addend[lane] >>> 16);
        target[lane] = Floats.toFloat16(low) | Floats.toFloat16(high) << 16;
      }
    }
  }
}
