package io.zoetrope.kernels.cpu;

import static io.zoetrope.kernels.cpu.Elements.FLOATS;
import static io.zoetrope.kernels.cpu.Elements.LANES;

import io.zoetrope.ops.Activation;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Functions of whole arrays in float32. Where an array is said to be padded, elements up to the next
 * multiple of {@link Elements#LANES} behind the range are computed too.
 *
 * <p>Sums of lanes are taken in a fixed order: {@code reduceLanes} leaves it open, and then
 * interpreted and compiled code may differ in the last bit.
 */
final class VectorMath {
  private static final float LOG2_E = (float) (1 / Math.log(2));

  /** ln 2 in two parts, so that multiples of the first are exact. */
  private static final float LN2_HIGH = 0x1.63p-1f;

  private static final float LN2_LOW = (float) (Math.log(2) - LN2_HIGH);

  /** Adding this leaves the nearest integer in the low bits of the mantissa. */
  private static final float ROUNDER = 0x1.8p23f;

  /** Below, {@code exp} is 0 here: the results would soon be subnormal. */
  private static final float EXP_LOWEST = -86.6f;

  private static final float EXP_HIGHEST = 88.7228f;

  private VectorMath() {}

  /**
   * {@code e^x} with a relative error below 3e-7: a polynomial fitted at Chebyshev nodes on [-ln 2 /
   * 2, ln 2 / 2], scaled by a power of two.
   */
  static FloatVector exp(FloatVector x) {
    FloatVector shifted = x.fma(broadcast(LOG2_E), broadcast(ROUNDER));
    FloatVector whole = shifted.sub(ROUNDER);
    FloatVector rest =
        whole.fma(broadcast(-LN2_LOW), whole.fma(broadcast(-LN2_HIGH), x));
    FloatVector sum = broadcast(0x1.6d4316p-10f);
    sum = broadcast(0x1.a124e4p-13f).fma(rest, sum);
    sum = sum.fma(rest, broadcast(0x1.1110ep-7f));
    sum = sum.fma(rest, broadcast(0x1.5554eap-5f));
    sum = sum.fma(rest, broadcast(0x1.555556p-3f));
    sum = sum.fma(rest, broadcast(0.5f));
    sum = sum.fma(rest.mul(rest), rest).add(1);
    IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
    return sum.reinterpretAsInts()
        .add(exponent)
        .reinterpretAsFloats()
        .blend(0, x.compare(VectorOperators.LT, EXP_LOWEST))
        .blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, EXP_HIGHEST));
  }

  private static FloatVector broadcast(float value) {
    return FloatVector.broadcast(FLOATS, value);
  }

  /** Replaces values by their exponentials relative to {@code max}; padded. */
  static float exponentials(float[] values, int from, int count, float max) {
    FloatVector total = FloatVector.zero(FLOATS);
    for (int i = from; i < from + count; i += LANES) {
      FloatVector power = exp(FloatVector.fromArray(FLOATS, values, i).sub(max));
      power.intoArray(values, i);
      total = total.add(power);
    }
    return sumOfLanes(total);
  }

  /** Largest value; padded. */
  static float max(float[] values, int from, int count) {
    FloatVector largest = FloatVector.fromArray(FLOATS, values, from);
    for (int i = from + LANES; i < from + count; i += LANES) {
      FloatVector value = FloatVector.fromArray(FLOATS, values, i);
      largest = largest.blend(value, value.compare(VectorOperators.GT, largest));
    }
    return largest.reduceLanes(VectorOperators.MAX);
  }

  /** Applies an activation in place; padded. */
  static void activate(Activation activation, float[] values, int from, int count) {
    switch (activation) {
      case NONE -> {}
      case SILU -> silu(values, from, count);
      case GELU_TANH -> geluTanh(values, from, count);
      case GELU_ERF -> geluErf(values, from, count);
    }
  }

  private static void silu(float[] values, int from, int count) {
    for (int i = from; i < from + count; i += LANES) {
      FloatVector x = FloatVector.fromArray(FLOATS, values, i);
      x.div(exp(x.neg()).add(1)).intoArray(values, i);
    }
  }

  /** Uses {@code (1 + tanh u) / 2 = 1 / (1 + e^-2u)}, which keeps small results exact. */
  private static void geluTanh(float[] values, int from, int count) {
    float linear = (float) (-2 * Math.sqrt(2 / Math.PI));
    float cubic = linear * 0.044715f;
    for (int i = from; i < from + count; i += LANES) {
      FloatVector x = FloatVector.fromArray(FLOATS, values, i);
      FloatVector exponent = x.mul(x).fma(broadcast(cubic), broadcast(linear)).mul(x);
      x.div(exp(exponent).add(1)).intoArray(values, i);
    }
  }

  /**
   * {@code x / 2 * erfc(-x / sqrt 2)} with {@code erfc(z) = t exp(-z^2 + P(t))}, {@code t = 2 / (2 +
   * z)}, for z >= 0 (the form of Numerical Recipes, section 6.2); P is fitted at Chebyshev nodes, and
   * the relative error of erfc stays below 2e-7 in exact arithmetic.
   */
  private static void geluErf(float[] values, int from, int count) {
    float rootHalf = (float) Math.sqrt(0.5);
    for (int i = from; i < from + count; i += LANES) {
      FloatVector x = FloatVector.fromArray(FLOATS, values, i);
      FloatVector z = x.mul(rootHalf).abs();
      FloatVector t = broadcast(2).div(z.add(2));
      FloatVector p = broadcast(0.14804606f).fma(t, broadcast(-0.69753659f));
      p = p.fma(t, broadcast(1.19532767f));
      p = p.fma(t, broadcast(-0.74646989f));
      p = p.fma(t, broadcast(-0.039866322f));
      p = p.fma(t, broadcast(-0.019508001f));
      p = p.fma(t, broadcast(0.041395963f));
      p = p.fma(t, broadcast(0.38528363f));
      p = p.fma(t, broadcast(0.99878246f));
      p = p.fma(t, broadcast(-1.26545493f));
      FloatVector tail = t.mul(exp(z.mul(z).neg().add(p)));
      FloatVector both = tail.blend(broadcast(2).sub(tail), x.compare(VectorOperators.GT, 0));
      x.mul(0.5f).mul(both).intoArray(values, i);
    }
  }

  /** Multiplies values in place. */
  static void scale(float[] values, int from, int count, float factor) {
    for (int i = from; i < from + count; i++) {
      values[i] *= factor;
    }
  }

  static float sum(float[] values, int from, int count) {
    int bound = from + FLOATS.loopBound(count);
    FloatVector total = FloatVector.zero(FLOATS);
    for (int i = from; i < bound; i += LANES) {
      total = total.add(FloatVector.fromArray(FLOATS, values, i));
    }
    float sum = sumOfLanes(total);
    for (int i = bound; i < from + count; i++) {
      sum += values[i];
    }
    return sum;
  }

  static float sumOfSquares(float[] values, int from, int count) {
    int bound = from + FLOATS.loopBound(count);
    FloatVector total = FloatVector.zero(FLOATS);
    for (int i = from; i < bound; i += LANES) {
      FloatVector value = FloatVector.fromArray(FLOATS, values, i);
      total = value.fma(value, total);
    }
    float sum = sumOfLanes(total);
    for (int i = bound; i < from + count; i++) {
      sum = Math.fma(values[i], values[i], sum);
    }
    return sum;
  }

  private static float sumOfLanes(FloatVector vector) {
    float[] lanes = vector.toArray();
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        lanes[i] += lanes[i + half];
      }
    }
    return lanes[0];
  }
}
