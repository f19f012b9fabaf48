package io.zoetrope.kernels.emulator.opcodes;

import io.zoetrope.kernels.emulator.parser.PtxType;

/**
 * One conversion between two types.
 *
 * @param rounding modifier, such as {@code rn} or {@code rzi}; empty for none
 * @param flush whether subnormal float32 values count as zero
 * @param saturate whether integers are clamped to the target's range, and floats to 0 to 1
 * @param relu whether negative results become zero
 * @param targetBits width of the target register: narrower results are extended to it
 */
record Conversion(
    PtxType from,
    PtxType to,
    String rounding,
    boolean flush,
    boolean saturate,
    boolean relu,
    int targetBits) {
  /** Bits of the target from bits of the source, both with anything above their width. */
  long convert(long source) {
    long result;
    if (from.floating()) {
      double value = toDouble(source);
      result = to.floating() ? encode(rounded(value)) : toInteger(rounded(value));
    } else {
      long value = integer(source);
      result = to.floating() ? encodeInteger(value) : narrow(value);
    }
    return targetBits == 64 ? result : result & (1L << targetBits) - 1;
  }

  private double toDouble(long bits) {
    double value =
        switch (from) {
          case F16 -> Floats.fromFloat16((int) bits);
          case BF16 -> Floats.fromBfloat16((int) bits);
          case F32 -> Floats.float32((int) bits);
          default -> Double.longBitsToDouble(bits);
        };
    return flush && from == PtxType.F32 ? Floats.flush((float) value) : value;
  }

  private double rounded(double value) {
    return switch (rounding) {
      case "rni" -> Math.rint(value);
      case "rmi" -> Math.floor(value);
      case "rpi" -> Math.ceil(value);
      case "rzi" -> value < 0 ? Math.ceil(value) : Math.floor(value);
      default -> value;
    };
  }

  private long encode(double exact) {
    double value = exact;
    if (saturate) {
      value = value > 0 ? Math.min(value, 1) : 0;
    }
    if (relu && value < 0) {
      value = 0;
    }
    return switch (to) {
      case F16 -> Floats.toFloat16(Floats.roundToOdd(value));
      case BF16 ->
          rounding.equals("rz")
              ? Floats.bits((float) value) >>> 16
              : Floats.toBfloat16(Floats.roundToOdd(value));
      case F32 -> Floats.bits(flush ? Floats.flush((float) value) : (float) value);
      default -> Double.doubleToRawLongBits(value);
    };
  }

  /** An integer from a rounded value, clamped to the type's range; a NaN becomes 0. */
  private long toInteger(double value) {
    return switch (to) {
      case U64 ->
          value >= 0x1p63
              ? value >= 0x1p64 ? -1L : (long) (value - 0x1p63) + Long.MIN_VALUE
              : Math.max(0, (long) value);
      case S64 -> (long) value;
      default -> clamp((long) value);
    };
  }

  private long clamp(long value) {
    int bits = to.bytes() * 8;
    return to.signed()
        ? Math.clamp(value, -1L << bits - 1, (1L << bits - 1) - 1)
        : Math.clamp(value, 0, (1L << bits) - 1);
  }

  /** The source integer, extended by its own signedness. */
  private long integer(long bits) {
    int unused = 64 - from.bytes() * 8;
    return from.signed() ? bits << unused >> unused : bits << unused >>> unused;
  }

  private long narrow(long value) {
    if (saturate) {
      return saturated(value);
    }
    int unused = 64 - to.bytes() * 8;
    return to.signed() ? value << unused >> unused : value << unused >>> unused;
  }

  private long saturated(long value) {
    boolean huge = from == PtxType.U64 && value < 0;
    if (to.bytes() == 8) {
      return to == from ? value : huge ? Long.MAX_VALUE : Math.max(0, value);
    }
    return clamp(huge ? Long.MAX_VALUE : value);
  }

  private long encodeInteger(long value) {
    boolean huge = from == PtxType.U64 && value < 0;
    return switch (to) {
      case F64 ->
          Double.doubleToRawLongBits(
              huge ? (double) (value >>> 1 | value & 1) * 2 : (double) value);
      case F32 -> Floats.bits(huge ? (float) (value >>> 1 | value & 1) * 2 : (float) value);
      case F16 -> Floats.toFloat16(Floats.roundToOdd(value));
      default -> Floats.toBfloat16(Floats.roundToOdd(huge ? 0x1p63 * 2 : value));
    };
  }
}
