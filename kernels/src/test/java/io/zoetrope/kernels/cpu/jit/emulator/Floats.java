package io.zoetrope.kernels.cpu.jit.emulator;

/**
 * Arithmetic of SSE and its successors on bit patterns, with MXCSR as it is by default: rounding to
 * nearest even, denormals kept, no exceptions. Java agrees but for NaNs, whose rules are in the
 * Intel SDM, volume 1, 4.8.3.5 and 14.5.3.
 */
final class Floats {
  /** The NaN of an invalid operation. */
  static final int INVALID = 0xffc00000;

  static final long INVALID_DOUBLE = 0xfff8_0000_0000_0000L;

  private static final int QUIET = 0x00400000;
  private static final long QUIET_DOUBLE = 0x0008_0000_0000_0000L;

  private Floats() {}

  static float of(int bits) {
    return Float.intBitsToFloat(bits);
  }

  static double of(long bits) {
    return Double.longBitsToDouble(bits);
  }

  static boolean isNaN(int bits) {
    return (bits & 0x7fffffff) > 0x7f800000;
  }

  static boolean isNaN(long bits) {
    return (bits & Long.MAX_VALUE) > 0x7ff0_0000_0000_0000L;
  }

  /** The result of an operation that came out as NaN: the first operand that is one, made quiet. */
  private static int nan(int a, int b) {
    return isNaN(a) ? a | QUIET : isNaN(b) ? b | QUIET : INVALID;
  }

  private static long nan(long a, long b) {
    return isNaN(a) ? a | QUIET_DOUBLE : isNaN(b) ? b | QUIET_DOUBLE : INVALID_DOUBLE;
  }

  private static int bits(float result, int a, int b) {
    return result == result ? Float.floatToRawIntBits(result) : nan(a, b);
  }

  private static long bits(double result, long a, long b) {
    return result == result ? Double.doubleToRawLongBits(result) : nan(a, b);
  }

  static int add(int a, int b) {
    return bits(of(a) + of(b), a, b);
  }

  static long add(long a, long b) {
    return bits(of(a) + of(b), a, b);
  }

  static int subtract(int a, int b) {
    return bits(of(a) - of(b), a, b);
  }

  static long subtract(long a, long b) {
    return bits(of(a) - of(b), a, b);
  }

  static int multiply(int a, int b) {
    return bits(of(a) * of(b), a, b);
  }

  static long multiply(long a, long b) {
    return bits(of(a) * of(b), a, b);
  }

  static int divide(int a, int b) {
    return bits(of(a) / of(b), a, b);
  }

  static long divide(long a, long b) {
    return bits(of(a) / of(b), a, b);
  }

  static int squareRoot(int a) {
    return bits((float) Math.sqrt(of(a)), a, a);
  }

  static long squareRoot(long a) {
    return bits(Math.sqrt(of(a)), a, a);
  }

  /** The second operand if either is NaN or both are zero. */
  static int min(int a, int b) {
    return of(a) < of(b) ? a : b;
  }

  static long min(long a, long b) {
    return of(a) < of(b) ? a : b;
  }

  /** The second operand if either is NaN or both are zero. */
  static int max(int a, int b) {
    return of(a) > of(b) ? a : b;
  }

  static long max(long a, long b) {
    return of(a) > of(b) ? a : b;
  }

  /** x y + z; the signs of the product and of z flip where the masks have the sign's bit. */
  static int fma(int x, int y, int z, int flipProduct, int flipAddend) {
    float result = Math.fma(of(x ^ flipProduct), of(y), of(z ^ flipAddend));
    return result == result ? Float.floatToRawIntBits(result) : isNaN(x) ? x | QUIET : nan(y, z);
  }

  static long fma(long x, long y, long z, long flipProduct, long flipAddend) {
    double result = Math.fma(of(x ^ flipProduct), of(y), of(z ^ flipAddend));
    return result == result
        ? Double.doubleToRawLongBits(result)
        : isNaN(x) ? x | QUIET_DOUBLE : nan(y, z);
  }

  static long widen(int a) {
    if (!isNaN(a)) {
      return Double.doubleToRawLongBits(of(a));
    }
    long payload = (a & 0x7fffffL) << 29;
    return (a & 0x8000_0000L) << 32 | 0x7ff0_0000_0000_0000L | payload | QUIET_DOUBLE;
  }

  static int narrow(long a) {
    if (!isNaN(a)) {
      return Float.floatToRawIntBits((float) of(a));
    }
    int payload = (int) (a >>> 29) & 0x7fffff;
    return (int) (a >>> 32) & 0x80000000 | 0x7f800000 | payload | QUIET;
  }

  /** To nearest even; what fits no int becomes the smallest. */
  static int toInt(int a) {
    double rounded = Math.rint(of(a));
    return Math.abs(rounded) < 0x1p31 ? (int) rounded : Integer.MIN_VALUE;
  }

  /** Rounds to an integer: 0 to nearest even, 1 down, 2 up, 3 towards zero. */
  static int round(int a, int direction) {
    if (isNaN(a)) {
      return a | QUIET;
    }
    double value = of(a);
    double rounded =
        switch (direction) {
          case 0 -> Math.rint(value);
          case 1 -> Math.floor(value);
          case 2 -> Math.ceil(value);
          default -> value < 0 || 1 / value < 0 ? Math.ceil(value) : Math.floor(value);
        };
    return Float.floatToRawIntBits((float) rounded);
  }

  /** Predicates of comparisons (Intel SDM, volume 2, CMPPD); 16 to 31 differ in exceptions only. */
  static boolean compare(int a, int b, int predicate) {
    float x = of(a);
    float y = of(b);
    boolean unordered = isNaN(a) || isNaN(b);
    return switch (predicate & 15) {
      case 0 -> x == y;
      case 1 -> x < y;
      case 2 -> x <= y;
      case 3 -> unordered;
      case 4 -> !(x == y);
      case 5 -> !(x < y);
      case 6 -> !(x <= y);
      case 7 -> !unordered;
      case 8 -> unordered || x == y;
      case 9 -> !(x >= y);
      case 10 -> !(x > y);
      case 11 -> false;
      case 12 -> !unordered && x != y;
      case 13 -> x >= y;
      case 14 -> x > y;
      default -> true;
    };
  }

  // ---------------------------------------------------------------- bfloat16

  /** The float of the upper 16 bits, zero for a denormal. */
  static int bfloat16(int upper) {
    int bits = upper & 0xffff0000;
    return (bits & 0x7f800000) == 0 ? bits & 0x80000000 : bits;
  }

  /** Denormals become zeros of the same sign. */
  static int flush(int bits) {
    return (bits & 0x7f800000) == 0 ? bits & 0x80000000 : bits;
  }

  /**
   * x y + z as the instructions of bfloat16 compute it: denormals are zeros on the way in and out.
   * The operands x and y are widened bfloat16.
   */
  static int fmaFlushed(int x, int y, int z) {
    int sum = fma(x, y, flush(z), 0, 0);
    if ((sum & 0x7fffffff) == 0x00800000
        && Math.abs(Math.fma((double) of(x), of(y), of(flush(z)))) < 0x1p-126 - 0x1p-151) {
      // Tiny is what would be below the normal numbers if exponents had no end; the double is
      // exact.
      return sum & 0x80000000;
    }
    return flush(sum);
  }

  static int addFlushed(int a, int b) {
    return flush(add(flush(a), flush(b)));
  }

  /** To bfloat16, to nearest even; denormals become zeros. */
  static int narrowToBfloat16(int a) {
    if (isNaN(a)) {
      return a >>> 16 | 0x40;
    }
    int flushed = flush(a);
    return flushed + 0x7fff + (flushed >>> 16 & 1) >>> 16;
  }

  /** A half widened; NaN becomes a quiet one with the bits that it has. */
  static int ofHalf(int half) {
    int sign = (half & 0x8000) << 16;
    int exponent = half >> 10 & 0x1f;
    int mantissa = half & 0x3ff;
    if (exponent == 0x1f) {
      return sign | 0x7f800000 | (mantissa == 0 ? 0 : 0x400000 | mantissa << 13);
    }
    if (exponent == 0) {
      return sign | Float.floatToRawIntBits(mantissa * 0x1p-24f);
    }
    return sign | exponent + 112 << 23 | mantissa << 13;
  }
}
