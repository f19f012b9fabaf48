package io.zoetrope.kernels.cpu.jit.code;

import static io.zoetrope.kernels.cpu.jit.asm.VectorInstruction.*;

import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import io.zoetrope.kernels.cpu.jit.code.VectorCode.Comparison;
import io.zoetrope.ops.Activation;
import io.zoetrope.tensor.DType;

/** Writes functions of floats that stay in registers. */
public final class VectorFunctions {
  /** Base-two logarithm of e. */
  public static final float LOG2_E = (float) (1 / Math.log(2));

  /** Off by 2e-9, which multiples of it that are as long as the range of a float bring to 2e-7. */
  private static final float LN2 = (float) Math.log(2);

  /**
   * Added to n, this leaves n + 126 in the low bits of the mantissa: the exponent field of 2^(n-1).
   */
  private static final float EXPONENT_ROUNDER = 0x1.8p23f + 126;

  /** n = -126, where 2^(n-1) comes out as 0: subnormal results are cut off. */
  private static final float EXP_LOWEST = (float) (-126 * Math.log(2));

  /** n = 128 and infinite. */
  private static final float EXP_HIGHEST = 88.8f;

  /** Twice a minimax polynomial for e^r on [-ln 2 / 2, ln 2 / 2], from r^6 down to 1. */
  private static final float[] EXP_COEFFICIENTS = {
    0x1.6a23dp-9f, 0x1.123a2p-6f, 0x1.5558f2p-4f, 0x1.555492p-2f, 0x1.fffffcp-1f, 2, 2
  };

  private static final float EXP2_LOWEST = -126;

  /** n = 128 and infinite, even if the polynomial is a little too small. */
  private static final float EXP2_HIGHEST = 128.25f;

  /** Twice a minimax polynomial for 2^r on [-1/2, 1/2], from r^6 down to 1. */
  private static final float[] EXP2_COEFFICIENTS = {
    0x1.41fb74p-12f,
    0x1.5f3ec2p-9f,
    0x1.3b2d4ep-6f,
    0x1.c6aee8p-4f,
    0x1.ebfbdcp-2f,
    0x1.62e43p+0f,
    2
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

  /**
   * Twice a minimax polynomial for 2^r on [-1/2, 1/2], from r^4 down to 1: relative error 2^-18.5.
   */
  private static final float[] COARSE_EXP2_COEFFICIENTS = {
    0x1.3997d6p-6f, 0x1.ca1440p-4f, 0x1.ec06dap-2f, 0x1.62e0dcp+0f, 0x1.ffffe8p+0f
  };

  private final Assembler assembler;
  private final VectorCode code;

  /** What is computed is rounded to 8 bits. */
  private final boolean coarse;

  /** Functions whose results are stored with a dtype. */
  public VectorFunctions(VectorCode code, DType result) {
    assembler = code.assembler();
    this.code = code;
    coarse = result == DType.BF16;
  }

  /**
   * {@code x = e^x} for {@code x} from {@link #EXP_LOWEST} to {@link #EXP_HIGHEST}, within 2 units
   * in the last place from -14 to 14 and 4 everywhere; results below 2^-125.5 are 0, above the
   * largest float infinite.
   *
   * @param plusOne whether it is {@code e^x + 1}
   */
  private void exp(Vector x, boolean plusOne) {
    int before = code.taken();
    Vector power = code.fresh();
    Vector whole = code.fresh();
    code.fill(power, EXPONENT_ROUNDER);
    assembler.vector(FMA_231, power, x, code.constant(LOG2_E));
    assembler.vector(SUBTRACT, whole, power, code.constant(EXPONENT_ROUNDER));
    assembler.vector(FNMA_231, x, whole, code.constant(LN2));
    scaledPolynomial(x, EXP_COEFFICIENTS, power, whole, plusOne);
    code.release(before);
  }

  /**
   * {@code x = 2^x} for {@code x} of at most 0, give or take rounding; otherwise as {@link #exp}.
   * NaN stays NaN.
   */
  public void exp2OfNegative(Vector x) {
    int before = code.taken();
    assembler.vector(MAX, x, code.constantRegister(EXP2_LOWEST), x);
    code.release(before);
    exp2(x, EXP2_COEFFICIENTS, false);
  }

  /** {@code x = 2^x} for {@code x} from {@link #EXP2_LOWEST} to {@link #EXP2_HIGHEST}. */
  private void exp2(Vector x, float[] coefficients, boolean plusOne) {
    int before = code.taken();
    Vector power = code.fresh();
    Vector whole = code.fresh();
    assembler.vector(ADD, power, x, code.constant(EXPONENT_ROUNDER));
    assembler.vector(SUBTRACT, whole, power, code.constant(EXPONENT_ROUNDER));
    assembler.vector(SUBTRACT, x, x, whole);
    scaledPolynomial(x, coefficients, power, whole, plusOne);
    code.release(before);
  }

  /** {@code x} = a polynomial of it, times 2^(n-1), where n stands in a rounder, plus 1 or not. */
  private void scaledPolynomial(
      Vector x, float[] coefficients, Vector power, Vector sum, boolean plusOne) {
    // The upper bits of the rounder are shifted out.
    assembler.shiftLeft(power, power, 23);
    code.fill(sum, coefficients[0]);
    for (int i = 1; i < coefficients.length; i++) {
      assembler.vector(FMA_213, sum, x, code.constant(coefficients[i]));
    }
    if (plusOne) {
      code.fill(x, 1);
      assembler.vector(FMA_231, x, sum, power);
    } else {
      assembler.vector(MULTIPLY, x, sum, power);
    }
  }

  /** {@code x = activation(x)}. */
  void activate(Activation activation, Vector x) {
    int before = code.taken();
    finish(activation, begin(activation, x));
    code.release(before);
  }

  /** Whether an activation is long enough for {@link VectorCode#stagedColumnsOf}. */
  public static boolean hasStages(Activation activation) {
    return activation == Activation.SILU || activation == Activation.GELU_TANH;
  }

  /** The first stage of an activation: {@code x}, and the power that it will be divided by. */
  public Vector[] begin(Activation activation, Vector x) {
    if (!hasStages(activation)) {
      return new Vector[] {x};
    }
    Vector power = code.fresh();
    if (activation == Activation.GELU_TANH) {
      geluPower(power, x);
    } else if (coarse) {
      assembler.vector(MULTIPLY, power, x, code.constant(-LOG2_E));
    } else {
      assembler.vector(XOR, power, x, code.constant(SIGN));
    }
    // NaN becomes some number here, but x stays NaN.
    assembler.vector(MIN, power, power, code.constant(coarse ? EXP2_HIGHEST : EXP_HIGHEST));
    assembler.vector(MAX, power, power, code.constant(coarse ? EXP2_LOWEST : EXP_LOWEST));
    return new Vector[] {x, power};
  }

  /** Uses {@code (1 + tanh u) / 2 = 1 / (1 + e^-2u)}, which keeps small results exact. */
  private void geluPower(Vector power, Vector x) {
    int before = code.taken();
    Vector linear = code.fresh();
    float unit = coarse ? LOG2_E : 1;
    assembler.vector(MULTIPLY, power, x, x);
    code.fill(linear, unit * GELU_LINEAR);
    assembler.vector(FMA_231, linear, power, code.constant(unit * GELU_CUBIC));
    assembler.vector(MULTIPLY, power, linear, x);
    code.release(before);
  }

  /** The second stage, which brings the result to {@code x}. */
  public void finish(Activation activation, Vector[] begun) {
    Vector x = begun[0];
    if (activation == Activation.GELU_ERF) {
      geluErf(x);
    } else if (hasStages(activation)) {
      Vector power = begun[1];
      if (coarse) {
        exp2(power, COARSE_EXP2_COEFFICIENTS, true);
      } else {
        exp(power, true);
      }
      assembler.vector(DIVIDE, x, x, power);
    }
  }

  /**
   * {@code x / 2 * erfc(-x / sqrt 2)} with {@code erfc(z) = t exp(-z^2 + P(t))}, {@code t = 2 / (2
   * + z)}, for z >= 0 (the form of Numerical Recipes, section 6.2); P is fitted at Chebyshev nodes,
   * and the relative error of erfc stays below 2e-7 in exact arithmetic.
   */
  private void geluErf(Vector x) {
    int before = code.taken();
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
    assembler.vector(MAX, tail, tail, code.constant(EXP_LOWEST));
    exp(tail, false);
    assembler.vector(MULTIPLY, tail, tail, t);
    Vector complement = z;
    assembler.vector(SUBTRACT, complement, code.constantRegister(2), tail);
    code.zero(t);
    code.select(Comparison.GREATER, x, t, tail, complement);
    assembler.vector(MULTIPLY, x, x, code.constant(0.5f));
    assembler.vector(MULTIPLY, x, x, tail);
    code.release(before);
  }
}
