package io.zoetrope.kernels.cpu.jit;

import static io.zoetrope.kernels.cpu.jit.VectorInstruction.*;

import io.zoetrope.kernels.cpu.jit.Operand.Vector;
import io.zoetrope.kernels.cpu.jit.VectorCode.Comparison;
import io.zoetrope.ops.Activation;

/** Writes functions of floats that stay in registers. */
final class VectorFunctions {
  private static final float LOG2_E = (float) (1 / Math.log(2));

  /** ln 2 in two parts; with fused multiply-add, multiples of the first lose nothing. */
  private static final float LN2_HIGH = (float) Math.log(2);

  private static final float LN2_LOW = (float) (Math.log(2) - LN2_HIGH);

  /**
   * Added to n, this leaves n + 126 in the low bits of the mantissa: the exponent field of 2^(n-1).
   */
  private static final float EXPONENT_ROUNDER = 0x1.8p23f + 126;

  /** n = -126, where 2^(n-1) comes out as 0: subnormal results are cut off. */
  private static final float EXP_LOWEST = (float) (-126 * Math.log(2));

  /** n = 128 and infinite. */
  private static final float EXP_HIGHEST = 88.8f;

  /** Twice a minimax polynomial for e^r - 1 - r on [-ln 2 / 2, ln 2 / 2], from r^6 down to r^2. */
  private static final float[] EXP_COEFFICIENTS = {
    0x1.6a23dp-9f, 0x1.123a2p-6f, 0x1.5558f2p-4f, 0x1.555492p-2f, 0x1.fffffcp-1f
  };

  private static final float ROOT_HALF = (float) Math.sqrt(0.5);
  private static final float GELU_LINEAR = (float) (-2 * Math.sqrt(2 / Math.PI));
  private static final float GELU_CUBIC = GELU_LINEAR * 0.044715f;

  /** P(t) of {@link #geluErf}, from t^9 down to t^0. */
  private static final float[] ERFC_COEFFICIENTS = {
    0.14804606f,
    -0.69753659f,
    1.19532767f,
    -0.74646989f,
    -0.039866322f,
    -0.019508001f,
    0.041395963f,
    0.38528363f,
    0.99878246f,
    -1.26545493f
  };

  private static final int ABSOLUTE = 0x7fffffff;
  private static final int SIGN = 0x80000000;

  private final Assembler assembler;
  private final VectorCode code;

  VectorFunctions(VectorCode code) {
    assembler = code.assembler();
    this.code = code;
  }

  /**
   * {@code x = e^x} within 2 units in the last place; results below 2^-125.5 are 0, above the
   * largest float infinite; NaN stays NaN.
   */
  void exp(Vector x) {
    int before = code.taken();
    // Of two operands one of which is NaN, the instruction returns the second.
    assembler.vector(MIN, x, code.constantRegister(EXP_HIGHEST), x);
    code.release(before);
    expOfNegative(x);
  }

  /** {@link #exp} for {@code x} of at most 0, give or take rounding. */
  void expOfNegative(Vector x) {
    int before = code.taken();
    assembler.vector(MAX, x, code.constantRegister(EXP_LOWEST), x);
    code.release(before);
    Vector power = code.fresh();
    Vector whole = code.fresh();
    code.fill(power, EXPONENT_ROUNDER);
    assembler.vector(FMA_231, power, x, code.constant(LOG2_E));
    assembler.vector(SUBTRACT, whole, power, code.constant(EXPONENT_ROUNDER));
    assembler.vector(FNMA_231, x, whole, code.constant(LN2_HIGH));
    assembler.vector(FNMA_231, x, whole, code.constant(LN2_LOW));
    // The upper bits of the rounder are shifted out.
    assembler.shiftLeft(power, power, 23);
    Vector sum = whole;
    code.fill(sum, EXP_COEFFICIENTS[0]);
    for (int i = 1; i < EXP_COEFFICIENTS.length; i++) {
      assembler.vector(FMA_213, sum, x, code.constant(EXP_COEFFICIENTS[i]));
    }
    assembler.vector(FMA_213, sum, x, code.constant(2f));
    assembler.vector(FMA_213, sum, x, code.constant(2f));
    assembler.vector(MULTIPLY, x, sum, power);
    code.release(before);
  }

  /** {@code x = activation(x)}. */
  void activate(Activation activation, Vector x) {
    int before = code.taken();
    switch (activation) {
      case NONE -> {}
      case SILU -> silu(x);
      case GELU_TANH -> geluTanh(x);
      case GELU_ERF -> geluErf(x);
    }
    code.release(before);
  }

  private void silu(Vector x) {
    Vector power = code.fresh();
    assembler.vector(XOR, power, x, code.constant(SIGN));
    divideByPower(x, power);
  }

  /** Uses {@code (1 + tanh u) / 2 = 1 / (1 + e^-2u)}, which keeps small results exact. */
  private void geluTanh(Vector x) {
    Vector power = code.fresh();
    assembler.vector(MULTIPLY, power, x, x);
    Vector linear = code.fresh();
    code.fill(linear, GELU_LINEAR);
    assembler.vector(FMA_231, linear, power, code.constant(GELU_CUBIC));
    assembler.vector(MULTIPLY, power, linear, x);
    divideByPower(x, power);
  }

  /** {@code x /= 1 + e^power}. */
  private void divideByPower(Vector x, Vector power) {
    exp(power);
    assembler.vector(ADD, power, power, code.constant(1f));
    assembler.vector(DIVIDE, x, x, power);
  }

  /**
   * {@code x / 2 * erfc(-x / sqrt 2)} with {@code erfc(z) = t exp(-z^2 + P(t))}, {@code t = 2 / (2
   * + z)}, for z >= 0 (the form of Numerical Recipes, section 6.2); P is fitted at Chebyshev nodes,
   * and the relative error of erfc stays below 2e-7 in exact arithmetic.
   */
  private void geluErf(Vector x) {
    Vector z = code.fresh();
    Vector t = code.fresh();
    Vector tail = code.fresh();
    assembler.vector(MULTIPLY, z, x, code.constant(ROOT_HALF));
    assembler.vector(AND, z, z, code.constant(ABSOLUTE));
    assembler.vector(ADD, tail, z, code.constant(2f));
    assembler.vector(DIVIDE, t, code.constantRegister(2), tail);
    code.fill(tail, ERFC_COEFFICIENTS[0]);
    for (int i = 1; i < ERFC_COEFFICIENTS.length; i++) {
      assembler.vector(FMA_213, tail, t, code.constant(ERFC_COEFFICIENTS[i]));
    }
    assembler.vector(FNMA_231, tail, z, z);
    expOfNegative(tail);
    assembler.vector(MULTIPLY, tail, tail, t);
    Vector complement = z;
    assembler.vector(SUBTRACT, complement, code.constantRegister(2), tail);
    code.zero(t);
    code.select(Comparison.GREATER, x, t, tail, complement);
    assembler.vector(MULTIPLY, x, x, code.constant(0.5f));
    assembler.vector(MULTIPLY, x, x, tail);
  }
}
