package io.zoetrope.random;

/**
 * The Box-Muller transform in float32 as torch's vectorised {@code normal_fill} computes it on x86:
 * with the single-precision polynomials of Cephes (Moshier), evaluated with the fused
 * multiply-additions that compilers make of them.
 *
 * <p>The order of operations and of roundings below is part of the result: {@link Math#log} or
 * {@link Math#cos} would differ in the last bits.
 */
final class BoxMuller {
  private static final float TWO_PI = (float) (2 * Math.PI);

  private static final float SQRT_HALF = 0.70710677f;

  /** ln(2) in two parts. */
  private static final float LN2_HIGH = 0.693359375f;

  private static final float LN2_LOW = -2.12194440e-4f;

  private static final float[] LOG = {
    7.0376836292e-2f,
    -1.1514610310e-1f,
    1.1676998740e-1f,
    -1.2420140846e-1f,
    1.4249322787e-1f,
    -1.6668057665e-1f,
    2.0000714765e-1f,
    -2.4999993993e-1f,
    3.3333331174e-1f
  };

  private static final float[] SIN = {-1.9515295891e-4f, 8.3321608736e-3f, -1.6666654611e-1f};
  private static final float[] COS = {
    2.443315711809948e-5f, -1.388731625493765e-3f, 4.166664568298827e-2f
  };

  private static final float FOUR_OVER_PI = 1.2732395f;

  /** pi / 4 in three parts. */
  private static final float[] PI_OVER_4 = {
    0.78515625f, 2.4187564849853515625e-4f, 3.77489497744594108e-8f
  };

  private BoxMuller() {}

  /**
   * Turns uniform numbers of [0, 1) into normal ones: the pair {@code (values[first], values[
   * second])} in place.
   */
  static void transform(float[] values, int first, int second) {
    float radius = (float) Math.sqrt(-2 * log(1 - values[first]));
    float angle = TWO_PI * values[second];
    // Octants 1 and 2, 3 and 4, ... share a reduction around the multiple of pi / 2 between them.
    int octant = ((int) (angle * FOUR_OVER_PI) + 1) & ~1;
    float rest = angle;
    for (float part : PI_OVER_4) {
      rest = Math.fma(-octant, part, rest);
    }
    float sin = sin(rest);
    float cos = cos(rest);
    switch (octant & 7) {
      case 0 -> store(values, first, second, radius * cos, radius * sin);
      case 2 -> store(values, first, second, radius * -sin, radius * cos);
      case 4 -> store(values, first, second, radius * -cos, radius * -sin);
      default -> store(values, first, second, radius * sin, radius * -cos);
    }
  }

  private static void store(float[] values, int first, int second, float a, float b) {
    values[first] = a;
    values[second] = b;
  }

  /** ln(x) of a normal, positive number. */
  private static float log(float x) {
    float exponent = Math.getExponent(x) + 1;
    float mantissa = Math.scalb(x, -Math.getExponent(x) - 1);
    float r = mantissa - 1;
    if (mantissa < SQRT_HALF) {
      exponent -= 1;
      r += mantissa;
    }
    float square = r * r;
    float tail = polynomial(LOG, r) * r;
    tail = Math.fma(tail, square, exponent * LN2_LOW);
    tail = Math.fma(-0.5f, square, tail);
    return Math.fma(exponent, LN2_HIGH, r + tail);
  }

  /** sin(x) for |x| up to pi / 4. */
  private static float sin(float x) {
    float square = x * x;
    return Math.fma(polynomial(SIN, square) * square, x, x);
  }

  /** cos(x) for |x| up to pi / 4. */
  private static float cos(float x) {
    float square = x * x;
    return Math.fma(polynomial(COS, square) * square, square, -0.5f * square) + 1;
  }

  /** Horner's scheme, highest power first. */
  private static float polynomial(float[] coefficients, float x) {
    float sum = coefficients[0];
    for (int i = 1; i < coefficients.length; i++) {
      sum = Math.fma(sum, x, coefficients[i]);
    }
    return sum;
  }
}
