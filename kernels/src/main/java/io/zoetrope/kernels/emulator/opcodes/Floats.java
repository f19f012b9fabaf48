package io.zoetrope.kernels.emulator.opcodes;

/** Floating-point formats in registers: bits to values and back, rounding to nearest even. */
final class Floats {
  private Floats() {}

  static float float32(int bits) {
    return Float.intBitsToFloat(bits);
  }

  static int bits(float value) {
    return Float.floatToRawIntBits(value);
  }

  static float fromBfloat16(int bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  static float fromFloat16(int bits) {
    return Float.float16ToFloat((short) bits);
  }

  /** bfloat16 nearest to a value; every NaN becomes 0x7FFF, as on the device. */
  static int toBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (value != value) {
      return 0x7FFF;
    }
    return bits + 0x7FFF + (bits >>> 16 & 1) >>> 16;
  }

  /** float16 nearest to a value; every NaN becomes 0x7FFF, as on the device. */
  static int toFloat16(float value) {
    return value != value ? 0x7FFF : Float.floatToFloat16(value) & 0xFFFF;
  }

  /**
   * A float32 that rounds to 16 bits as the exact value would: the nearest one, and if that is not
   * exact, the neighbour with an odd last bit.
   */
  static float roundToOdd(double value) {
    float nearest = (float) value;
    if (nearest == value || nearest != nearest || Float.isInfinite(nearest)) {
      return nearest;
    }
    if ((bits(nearest) & 1) != 0) {
      return nearest;
    }
    return value > nearest ? Math.nextUp(nearest) : Math.nextDown(nearest);
  }

  /** {@code a b + c}, rounded once: down, up, or toward zero. */
  static float fma(float a, float b, float c, Direction direction) {
    double product = (double) a * b;
    double sum = product + c;
    boolean positive = Math.copySign(1, product) > 0 && Math.copySign(1, c) > 0;
    if (sum == 0 && direction == Direction.DOWN && !positive) {
      return -0f;
    }
    double back = sum - product;
    double rest = (product - (sum - back)) + (c - back);
    return direction.round(sum, rest);
  }

  /** A directed rounding. */
  enum Direction {
    DOWN,
    UP,
    ZERO;

    /** A float32 from {@code value + rest}, where the rest is below the last bit of the value. */
    float round(double value, double rest) {
      float nearest = (float) value;
      boolean above = nearest > value || nearest == value && rest < 0;
      boolean below = nearest < value || nearest == value && rest > 0;
      boolean down = this == DOWN || this == ZERO && value > 0;
      if (above && down) {
        return Math.nextDown(nearest);
      }
      return below && !down ? Math.nextUp(nearest) : nearest;
    }
  }

  /** Flushes a subnormal value to zero of the same sign. */
  static float flush(float value) {
    return Math.abs(value) < Float.MIN_NORMAL ? Math.copySign(0f, value) : value;
  }

  /** Smaller value; a NaN loses against a number (PTX ISA, "min"). */
  static float min(float a, float b) {
    return a != a ? b : b != b ? a : Math.min(a, b);
  }

  /** Larger value; a NaN loses against a number (PTX ISA, "max"). */
  static float max(float a, float b) {
    return a != a ? b : b != b ? a : Math.max(a, b);
  }

  /** Clamps to 0 to 1; a NaN becomes 0. */
  static float saturate(float value) {
    return value > 0 ? Math.min(value, 1f) : 0f;
  }
}
