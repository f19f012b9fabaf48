package io.zoetrope.kernels.cpu.vector;

import static io.zoetrope.kernels.cpu.vector.Elements.FLOATS;
import static io.zoetrope.kernels.cpu.vector.Elements.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * A tile of 6 rows by 2 vectors: 12 accumulators, 2 vectors of B and one broadcast element of A
 * fill 15 of the 16 registers of AVX2, and 12 independent sums cover the latency of two
 * multiply-add units.
 *
 * <p>The shape of this code follows what the compiler makes of it; each of these costs more than
 * half of the speed (docs/speed-log.md). One loop: with a loop over tile pairs around it, half of
 * the accumulators are spilled. Rows of A in place: interleaved ones are as slow. Arrays: the range
 * checks of memory segments stay in the loop. No method that takes a vector: where it is not
 * inlined, every step of the loop allocates.
 */
final class VectorGemmKernel implements GemmKernel {
  private static final int ROWS = 6;
  private static final int COLUMNS = 2 * LANES;

  @Override
  public int rows() {
    return ROWS;
  }

  @Override
  public int columns() {
    return COLUMNS;
  }

  @Override
  public String name() {
    return "vector " + FLOATS.vectorBitSize() + " bit";
  }

  @Override
  public void multiply(
      int depth,
      float[] a,
      int aStart,
      int aStride,
      float[] b,
      int bStart,
      float[] c,
      int cStart,
      int cStride) {
    FloatVector c00 = FloatVector.zero(FLOATS);
    FloatVector c01 = FloatVector.zero(FLOATS);
    FloatVector c10 = FloatVector.zero(FLOATS);
    FloatVector c11 = FloatVector.zero(FLOATS);
    FloatVector c20 = FloatVector.zero(FLOATS);
    FloatVector c21 = FloatVector.zero(FLOATS);
    FloatVector c30 = FloatVector.zero(FLOATS);
    FloatVector c31 = FloatVector.zero(FLOATS);
    FloatVector c40 = FloatVector.zero(FLOATS);
    FloatVector c41 = FloatVector.zero(FLOATS);
    FloatVector c50 = FloatVector.zero(FLOATS);
    FloatVector c51 = FloatVector.zero(FLOATS);
    int a1 = aStart + aStride;
    int a2 = a1 + aStride;
    int a3 = a2 + aStride;
    int a4 = a3 + aStride;
    int a5 = a4 + aStride;
    for (int k = 0; k < depth; k++) {
      FloatVector b0 = FloatVector.fromArray(FLOATS, b, bStart + k * COLUMNS);
      FloatVector b1 = FloatVector.fromArray(FLOATS, b, bStart + k * COLUMNS + LANES);
      FloatVector x = FloatVector.broadcast(FLOATS, a[aStart + k]);
      c00 = x.fma(b0, c00);
      c01 = x.fma(b1, c01);
      x = FloatVector.broadcast(FLOATS, a[a1 + k]);
      c10 = x.fma(b0, c10);
      c11 = x.fma(b1, c11);
      x = FloatVector.broadcast(FLOATS, a[a2 + k]);
      c20 = x.fma(b0, c20);
      c21 = x.fma(b1, c21);
      x = FloatVector.broadcast(FLOATS, a[a3 + k]);
      c30 = x.fma(b0, c30);
      c31 = x.fma(b1, c31);
      x = FloatVector.broadcast(FLOATS, a[a4 + k]);
      c40 = x.fma(b0, c40);
      c41 = x.fma(b1, c41);
      x = FloatVector.broadcast(FLOATS, a[a5 + k]);
      c50 = x.fma(b0, c50);
      c51 = x.fma(b1, c51);
    }
    int at = cStart;
    c00.add(FloatVector.fromArray(FLOATS, c, at)).intoArray(c, at);
    c01.add(FloatVector.fromArray(FLOATS, c, at + LANES)).intoArray(c, at + LANES);
    at += cStride;
    c10.add(FloatVector.fromArray(FLOATS, c, at)).intoArray(c, at);
    c11.add(FloatVector.fromArray(FLOATS, c, at + LANES)).intoArray(c, at + LANES);
    at += cStride;
    c20.add(FloatVector.fromArray(FLOATS, c, at)).intoArray(c, at);
    c21.add(FloatVector.fromArray(FLOATS, c, at + LANES)).intoArray(c, at + LANES);
    at += cStride;
    c30.add(FloatVector.fromArray(FLOATS, c, at)).intoArray(c, at);
    c31.add(FloatVector.fromArray(FLOATS, c, at + LANES)).intoArray(c, at + LANES);
    at += cStride;
    c40.add(FloatVector.fromArray(FLOATS, c, at)).intoArray(c, at);
    c41.add(FloatVector.fromArray(FLOATS, c, at + LANES)).intoArray(c, at + LANES);
    at += cStride;
    c50.add(FloatVector.fromArray(FLOATS, c, at)).intoArray(c, at);
    c51.add(FloatVector.fromArray(FLOATS, c, at + LANES)).intoArray(c, at + LANES);
  }
}
