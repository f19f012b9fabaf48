package io.zoetrope.kernels.emulator.opcodes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.kernels.emulator.Snippet;
import java.math.BigDecimal;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** Arithmetic in float32 and float64; exact results come from big decimals. */
class FloatOpcodesTest {
  private static final float[] VALUES = floats();

  private static float[] floats() {
    SplittableRandom random = new SplittableRandom(9);
    float[] corners = {
      0f, -0f, 1f, -1f, 3f, 0.1f, 1e-40f, -1e-45f, 1e38f, -3e38f, Float.MAX_VALUE, 65504f, 1e-7f
    };
    float[] values = new float[32];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          i < corners.length
              ? corners[i]
              : (float) (random.nextDouble(-2, 2) * Math.pow(2, random.nextInt(-30, 30)));
    }
    return values;
  }

  private interface Binary {
    float apply(float a, float b);
  }

  private interface Exact {
    BigDecimal apply(BigDecimal a, BigDecimal b);
  }

  /** All pairs of values through one instruction; NaNs must be NaNs, all else equal to the bit. */
  private static void check(String instruction, Binary expected) {
    long[] inputs = new long[VALUES.length * VALUES.length];
    for (int i = 0; i < inputs.length; i++) {
      int a = Float.floatToIntBits(VALUES[i % VALUES.length]);
      int b = Float.floatToIntBits(VALUES[i / VALUES.length]);
      inputs[i] = a & 0xFFFFFFFFL | (long) b << 32;
    }
    long[] out =
        new Snippet(
                "ld.global.v2.f32 {%f1, %f2}, [%in];", instruction, "st.global.f32 [%out], %f0;")
            .grid(inputs.length / 128, 128)
            .run(inputs);
    for (int i = 0; i < inputs.length; i++) {
      float a = VALUES[i % VALUES.length];
      float b = VALUES[i / VALUES.length];
      float wanted = expected.apply(a, b);
      float actual = Float.intBitsToFloat((int) out[i]);
      assertEquals(wanted, actual, () -> instruction + " of " + a + " and " + b);
    }
  }

  @Test
  void roundedToNearest() {
    check("add.f32 %f0, %f1, %f2;", (a, b) -> a + b);
    check("sub.rn.f32 %f0, %f1, %f2;", (a, b) -> a - b);
    check("mul.f32 %f0, %f1, %f2;", (a, b) -> a * b);
    check("div.rn.f32 %f0, %f1, %f2;", (a, b) -> a / b);
    check("fma.rn.f32 %f0, %f1, %f2, 0f40400000;", (a, b) -> fmaByDecimals(a, b, 3f));
    check("neg.f32 %f0, %f1;", (a, _) -> Float.intBitsToFloat(Float.floatToIntBits(a) ^ 1 << 31));
    check("sqrt.rn.f32 %f0, %f1;", (a, _) -> (float) Math.sqrt(a));
    check("rcp.rn.f32 %f0, %f1;", (a, _) -> 1f / a);
    check("copysign.f32 %f0, %f1, %f2;", (a, b) -> Math.copySign(b, a));
  }

  private static float fmaByDecimals(float a, float b, float c) {
    return new BigDecimal(a).multiply(new BigDecimal(b)).add(new BigDecimal(c)).floatValue();
  }

  @Test
  void directedRoundings() {
    BigDecimal three = new BigDecimal(3);
    check("add.rz.f32 %f0, %f1, %f2;", (a, b) -> directed(a, b, BigDecimal::add, 0));
    check("add.rm.f32 %f0, %f1, %f2;", (a, b) -> directed(a, b, BigDecimal::add, -1));
    check("mul.rp.f32 %f0, %f1, %f2;", (a, b) -> directed(a, b, BigDecimal::multiply, 1));
    check(
        "fma.rm.f32 %f0, %f1, %f2, 0f40400000;",
        (a, b) -> directed(a, b, (x, y) -> x.multiply(y).add(three), -1));
    check(
        "fma.rz.f32 %f0, %f1, %f2, 0f40400000;",
        (a, b) -> directed(a, b, (x, y) -> x.multiply(y).add(three), 0));
  }

  /** The nearest float, moved one step where it lies on the wrong side of the exact result. */
  private static float directed(float a, float b, Exact operation, int direction) {
    BigDecimal exact = operation.apply(new BigDecimal(a), new BigDecimal(b));
    if (exact.signum() == 0) {
      return zero(a, b, operation, direction);
    }
    int way = direction == 0 ? -exact.signum() : direction;
    float nearest = exact.floatValue();
    if (Float.isInfinite(nearest)) {
      boolean inward = nearest > 0 == way < 0;
      return inward ? Math.copySign(Float.MAX_VALUE, nearest) : nearest;
    }
    int side = new BigDecimal(nearest).compareTo(exact);
    return side == 0 || side == way
        ? nearest
        : way > 0 ? Math.nextUp(nearest) : Math.nextDown(nearest);
  }

  /** IEEE 754, 6.3: an exact zero sum of different signs is -0 only when rounding down. */
  private static float zero(float a, float b, Exact operation, int direction) {
    boolean product = operation.apply(BigDecimal.ONE, BigDecimal.ONE).intValue() == 1;
    if (product) {
      return a * b;
    }
    boolean sameSign = Math.copySign(1, a) == Math.copySign(1, b);
    return sameSign ? a + b : direction < 0 ? -0f : 0f;
  }

  @Test
  void extremesPreferNumbers() {
    String nan = "mov.f32 %f3, 0f7FC00000;\n";
    check("min.f32 %f0, %f1, %f2;", Math::min);
    check("max.f32 %f0, %f1, %f2;", Math::max);
    check(nan + "min.f32 %f0, %f1, %f3;", (a, _) -> a);
    check(nan + "max.f32 %f0, %f3, %f1;", (a, _) -> a);
    check(nan + "max.NaN.f32 %f0, %f3, %f1;", (_, _) -> Float.NaN);
  }

  @Test
  void subnormalsAreFlushedOnDemand() {
    check("add.ftz.f32 %f0, %f1, %f2;", (a, b) -> flush(flush(a) + flush(b)));
    check("mul.ftz.f32 %f0, %f1, %f2;", (a, b) -> flush(flush(a) * flush(b)));
    check("add.sat.f32 %f0, %f1, %f2;", (a, b) -> Math.max(0f, Math.min(1f, a + b)) + 0f);
  }

  private static float flush(float value) {
    return Math.abs(value) < 0x1p-126f ? value * 0 : value;
  }

  @Test
  void approximations() {
    approximate("ex2.approx.ftz.f32", a -> Math.pow(2, a), -20, 20);
    approximate("lg2.approx.f32", a -> Math.log(a) / Math.log(2), 0.1, 9);
    approximate("rsqrt.approx.f32", a -> 1 / Math.sqrt(a), 0.1, 9);
    approximate("sin.approx.f32", Math::sin, -3, 3);
    approximate("cos.approx.f32", Math::cos, -3, 3);
    approximate("tanh.approx.f32", Math::tanh, -3, 3);
  }

  private static void approximate(String opcode, DoubleUnaryOperator f, double from, double to) {
    long[] inputs = new long[32];
    for (int i = 0; i < 32; i++) {
      inputs[i] = Float.floatToIntBits((float) (from + (to - from) * i / 31)) & 0xFFFFFFFFL;
    }
    long[] out =
        new Snippet(
                "ld.global.f32 %f1, [%in];", opcode + " %f0, %f1;", "st.global.f32 [%out], %f0;")
            .run(inputs);
    for (int i = 0; i < 32; i++) {
      double expected = f.applyAsDouble(Float.intBitsToFloat((int) inputs[i]));
      double actual = Float.intBitsToFloat((int) out[i]);
      assertEquals(expected, actual, 1e-6 * (1 + Math.abs(expected)), opcode);
    }
  }

  @Test
  void doubles() {
    long[] inputs = new long[32];
    for (int i = 0; i < 32; i++) {
      inputs[i] = Double.doubleToLongBits((i - 11.5) / 3);
    }
    String load = "ld.global.f64 %g1, [%in];";
    String store = "st.global.f64 [%out], %g0;";
    long[] fused =
        new Snippet(load, "fma.rn.f64 %g0, %g1, %g1, 0dBFF0000000000000;", store).run(inputs);
    long[] root =
        new Snippet(load, "abs.f64 %g1, %g1;", "sqrt.rn.f64 %g0, %g1;", store).run(inputs);
    for (int i = 0; i < 32; i++) {
      double a = (i - 11.5) / 3;
      assertEquals(
          new BigDecimal(a).pow(2).subtract(BigDecimal.ONE).doubleValue(),
          Double.longBitsToDouble(fused[i]));
      assertEquals(Math.sqrt(Math.abs(a)), Double.longBitsToDouble(root[i]));
    }
  }
}
