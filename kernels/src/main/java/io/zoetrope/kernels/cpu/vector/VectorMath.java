package io.zoetrope.kernels.cpu.vector;

import static io.zoetrope.kernels.cpu.vector.Elements.FLOATS;
import static io.zoetrope.kernels.cpu.vector.Elements.LANES;

import io.zoetrope.kernels.cpu.vector.Workspace.Piece;
import io.zoetrope.ops.Activation;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Functions of whole arrays in float32. Where an array is said to be padded, elements up to the
 * next multiple of {@link Elements#LANES} behind the range are computed too.
 *
 * <p>No method here takes or returns a vector: where the compiler does not inline such a method,
 * every step of a loop allocates. What has no sum over elements and no bits to shift is a plain
 * loop, which the compiler turns into vector instructions, and which is not slow before it has done
 * so. Sums of lanes are taken in a fixed order: {@code reduceLanes} leaves it open, and then
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

  private static final float ROOT_HALF = (float) Math.sqrt(0.5);
  private static final float GELU_LINEAR = (float) (-2 * Math.sqrt(2 / Math.PI));
  private static final float GELU_CUBIC = GELU_LINEAR * 0.044715f;

  private VectorMath() {}

  /**
   * Replaces values by {@code e^(value - offset)}, with a relative error below 3e-7: a polynomial
   * fitted at Chebyshev nodes on [-ln 2 / 2, ln 2 / 2], scaled by a power of two. Padded.
   */
  static void exp(float[] values, int from, int count, float offset) {
    for (int i = from; i < from + count; i += LANES) {
      FloatVector x = FloatVector.fromArray(FLOATS, values, i).sub(offset);
      FloatVector shifted = x.mul(LOG2_E).add(ROUNDER);
      FloatVector whole = shifted.sub(ROUNDER);
      FloatVector rest = FloatVector.broadcast(FLOATS, -LN2_HIGH).fma(whole, x);
      rest = FloatVector.broadcast(FLOATS, -LN2_LOW).fma(whole, rest);
      FloatVector sum = FloatVector.broadcast(FLOATS, 0x1.a124e4p-13f);
      sum = sum.fma(rest, FloatVector.broadcast(FLOATS, 0x1.6d4316p-10f));
      sum = sum.fma(rest, FloatVector.broadcast(FLOATS, 0x1.1110ep-7f));
      sum = sum.fma(rest, FloatVector.broadcast(FLOATS, 0x1.5554eap-5f));
      sum = sum.fma(rest, FloatVector.broadcast(FLOATS, 0x1.555556p-3f));
      sum = sum.fma(rest, FloatVector.broadcast(FLOATS, 0.5f));
      sum = sum.fma(rest.mul(rest), rest).add(1);
      IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      sum.reinterpretAsInts()
          .add(exponent)
          .reinterpretAsFloats()
          .blend(0, x.compare(VectorOperators.LT, EXP_LOWEST))
          .blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, EXP_HIGHEST))
          .intoArray(values, i);
    }
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
  static void activate(
      Activation activation, float[] values, int from, int count, Workspace workspace) {
    if (activation == Activation.NONE) {
      return;
    }
    float[] other = workspace.floats(Piece.ACTIVATION, count + LANES);
    switch (activation) {
      case SILU -> silu(values, from, count, other);
      case GELU_TANH -> geluTanh(values, from, count, other);
      default -> geluErf(values, from, count, other);
    }
  }

  private static void silu(float[] values, int from, int count, float[] power) {
    for (int i = 0; i < count; i++) {
      power[i] = -values[from + i];
    }
    exp(power, 0, count, 0);
    divide(values, from, count, power);
  }

  /** Uses {@code (1 + tanh u) / 2 = 1 / (1 + e^-2u)}, which keeps small results exact. */
  private static void geluTanh(float[] values, int from, int count, float[] power) {
    for (int i = 0; i < count; i++) {
      float x = values[from + i];
      power[i] = (GELU_LINEAR + GELU_CUBIC * x * x) * x;
    }
    exp(power, 0, count, 0);
    divide(values, from, count, power);
  }

  private static void divide(float[] values, int from, int count, float[] power) {
    for (int i = 0; i < count; i++) {
      values[from + i] /= 1 + power[i];
    }
  }

  /**
   * {@code x / 2 * erfc(-x / sqrt 2)} with {@code erfc(z) = t exp(-z^2 + P(t))}, {@code t = 2 / (2
   * + z)}, for z >= 0 (the form of Numerical Recipes, section 6.2); P is fitted at Chebyshev nodes,
   * and the relative error of erfc stays below 2e-7 in exact arithmetic.
   */
  private static void geluErf(float[] values, int from, int count, float[] tail) {
    for (int i = 0; i < count; i++) {
      float z = Math.abs(values[from + i] * ROOT_HALF);
      float t = 2 / (2 + z);
      float p = 0.14804606f * t - 0.69753659f;
      p = p * t + 1.19532767f;
      p = p * t - 0.74646989f;
      p = p * t - 0.039866322f;
      p = p * t - 0.019508001f;
      p = p * t + 0.041395963f;
      p = p * t + 0.38528363f;
      p = p * t + 0.99878246f;
      p = p * t - 1.26545493f;
      tail[i] = p - z * z;
    }
    exp(tail, 0, count, 0);
    for (int i = 0; i < count; i++) {
      float x = values[from + i];
      float erfc = tail[i] * 2 / (2 + Math.abs(x * ROOT_HALF));
      values[from + i] = 0.5f * x * (x > 0 ? 2 - erfc : erfc);
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
      total = FloatVector.fromArray(FLOATS, values, i).add(total);
    }
    float[] lanes = new float[LANES];
    total.intoArray(lanes, 0);
    float sum = sumOfLanes(lanes);
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
    float[] lanes = new float[LANES];
    total.intoArray(lanes, 0);
    float sum = sumOfLanes(lanes);
    for (int i = bound; i < from + count; i++) {
      sum = Math.fma(values[i], values[i], sum);
    }
    return sum;
  }

  private static float sumOfLanes(float[] lanes) {
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        lanes[i] += lanes[i + half];
      }
    }
    return lanes[0];
  }
}
