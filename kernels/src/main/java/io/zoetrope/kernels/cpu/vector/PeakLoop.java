package io.zoetrope.kernels.cpu.vector;

import static io.zoetrope.kernels.cpu.vector.Elements.FLOATS;
import static io.zoetrope.kernels.cpu.vector.Elements.LANES;

import io.zoetrope.kernels.cpu.pool.PeakMeasurement.Products;
import io.zoetrope.tensor.DType;
import java.util.Arrays;
import java.util.Map;
import jdk.incubator.vector.FloatVector;

/** Multiply-adds on registers alone: the most that vector instructions can do. */
final class PeakLoop {
  /** Independent sums: enough for two multiply-add units with a latency of up to 6 cycles. */
  private static final int SUMS = 12;

  private static final int STEPS = 1 << 14;

  private PeakLoop() {}

  /** BF16 has the products of F32, because its elements are widened before they are used. */
  static Map<DType, Products<Workspace>> products() {
    float[] factors = new float[2 * LANES];
    Arrays.fill(factors, 1e-3f);
    double flops = 2.0 * SUMS * LANES * STEPS;
    Products<Workspace> products =
        new Products<>(
            flops,
            (_, workspace) ->
                workspace.floats(Workspace.Piece.RESULT, 1)[0] = multiplyAdd(STEPS, factors));
    return Map.of(DType.F32, products, DType.BF16, products);
  }

  /**
   * {@link #SUMS} vectors of sums in registers, written out so that none becomes an array.
   *
   * @param factors not constants, which the compiler would load from memory for every instruction
   */
  private static float multiplyAdd(int steps, float[] factors) {
    FloatVector x = FloatVector.fromArray(FLOATS, factors, 0);
    FloatVector y = FloatVector.fromArray(FLOATS, factors, LANES);
    FloatVector s0 = FloatVector.zero(FLOATS);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    FloatVector s4 = s0;
    FloatVector s5 = s0;
    FloatVector s6 = s0;
    FloatVector s7 = s0;
    FloatVector s8 = s0;
    FloatVector s9 = s0;
    FloatVector s10 = s0;
    FloatVector s11 = s0;
    for (int i = 0; i < steps; i++) {
      s0 = x.fma(y, s0);
      s1 = x.fma(y, s1);
      s2 = x.fma(y, s2);
      s3 = x.fma(y, s3);
      s4 = x.fma(y, s4);
      s5 = x.fma(y, s5);
      s6 = x.fma(y, s6);
      s7 = x.fma(y, s7);
      s8 = x.fma(y, s8);
      s9 = x.fma(y, s9);
      s10 = x.fma(y, s10);
      s11 = x.fma(y, s11);
    }
    FloatVector low = s0.add(s1).add(s2.add(s3)).add(s4.add(s5));
    FloatVector high = s6.add(s7).add(s8.add(s9)).add(s10.add(s11));
    return low.add(high).lane(0);
  }
}
