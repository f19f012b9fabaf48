package io.zoetrope.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Scalar conversions between element types. Narrowing rounds to nearest, ties to even, as torch
 * does.
 */
public final class Conversions {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final float[] E4M3 = new float[256];
  private static final float[] E5M2 = new float[256];

  static {
    for (int code = 0; code < 256; code++) {
      E4M3[code] = decode8(code, 3, 7, false);
      E5M2[code] = decode8(code, 2, 15, true);
    }
  }

  private Conversions() {}

  /** Rounds a float to bfloat16; NaN stays NaN. */
  public static short floatToBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  /** Widens a bfloat16, exactly. */
  public static float bfloat16ToFloat(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /**
   * The float nearest to {@code value} that {@code dtype} ({@code F32}, {@code BF16} or {@code
   * F16}) can hold.
   */
  public static float round(float value, DType dtype) {
    return switch (dtype) {
      case F32 -> value;
      case BF16 -> bfloat16ToFloat(floatToBfloat16(value));
      case F16 -> Float.float16ToFloat(Float.floatToFloat16(value));
      default -> throw new IllegalArgumentException("round: " + dtype + " is not a float type");
    };
  }

  /**
   * Reads one element as float.
   *
   * @param index in elements
   * @throws IllegalArgumentException if {@code dtype} is not {@link DType#isConvertible}
   */
  public static float toFloat(MemorySegment segment, DType dtype, long index) {
    return switch (dtype) {
      case F32 -> segment.get(FLOAT, index * 4);
      case BF16 -> bfloat16ToFloat(segment.get(SHORT, index * 2));
      case F16 -> Float.float16ToFloat(segment.get(SHORT, index * 2));
      case F64 -> (float) segment.get(DOUBLE, index * 8);
      case F8_E4M3 -> E4M3[segment.get(ValueLayout.JAVA_BYTE, index) & 0xff];
      case F8_E5M2 -> E5M2[segment.get(ValueLayout.JAVA_BYTE, index) & 0xff];
      case I64 -> segment.get(LONG, index * 8);
      case I32 -> segment.get(INT, index * 4);
      case I16 -> segment.get(SHORT, index * 2);
      case I8 -> segment.get(ValueLayout.JAVA_BYTE, index);
      case U8 -> segment.get(ValueLayout.JAVA_BYTE, index) & 0xff;
      case BOOL -> segment.get(ValueLayout.JAVA_BYTE, index) != 0 ? 1 : 0;
      default ->
          throw new IllegalArgumentException(
              "elements of " + dtype + " have no conversion to float");
    };
  }

  /**
   * Widens elements of {@code F8_E4M3} or {@code F8_E5M2}.
   *
   * @param out takes a number for each code, from index 0 on
   */
  public static void float8ToFloats(byte[] codes, DType dtype, float[] out) {
    float[] table = dtype == DType.F8_E4M3 ? E4M3 : E5M2;
    for (int i = 0; i < codes.length; i++) {
      out[i] = table[codes[i] & 0xff];
    }
  }

  /**
   * Writes one element, rounded to the type.
   *
   * @param index in elements
   * @throws IllegalArgumentException if {@code dtype} is not F32, BF16, F16 or F8_E4M3
   */
  public static void fromFloat(MemorySegment segment, DType dtype, long index, float value) {
    switch (dtype) {
      case F32 -> segment.set(FLOAT, index * 4, value);
      case BF16 -> segment.set(SHORT, index * 2, floatToBfloat16(value));
      case F16 -> segment.set(SHORT, index * 2, Float.floatToFloat16(value));
      case F8_E4M3 -> segment.set(ValueLayout.JAVA_BYTE, index, floatToE4m3(value));
      default ->
          throw new IllegalArgumentException(
              "elements of " + dtype + " cannot be written from float");
    }
  }

  /**
   * Rounds a float to F8_E4M3 (OCP, "fn"): the format has no infinity, and what is beyond 448, its
   * largest number, becomes 448. NaN stays NaN.
   */
  public static byte floatToE4m3(float value) {
    int sign = Float.floatToRawIntBits(value) >>> 24 & 0x80;
    float magnitude = Math.abs(value);
    int code;
    if (Float.isNaN(value)) {
      code = 0x7F;
    } else if (magnitude >= 448) {
      code = 0x7E;
    } else if (magnitude < 0x1p-6f) {
      // Multiples of 2^-9; eight of them are the smallest number of the next case.
      code = (int) Math.rint(magnitude * 0x1p9f);
    } else {
      int bits = Float.floatToRawIntBits(magnitude);
      int rounded = bits + 0x7FFFF + (bits >>> 20 & 1) >>> 20;
      code = rounded - (127 - 7 << 3);
    }
    return (byte) (sign | code);
  }

  /** OCP 8-bit floating point; E4M3 has no infinities and one NaN code, E5M2 is IEEE-like. */
  private static float decode8(int code, int mantissaBits, int bias, boolean ieee) {
    int exponentBits = 7 - mantissaBits;
    int exponent = (code >> mantissaBits) & ((1 << exponentBits) - 1);
    int mantissa = code & ((1 << mantissaBits) - 1);
    boolean topExponent = exponent == (1 << exponentBits) - 1;
    float magnitude;
    if (topExponent && ieee) {
      magnitude = mantissa == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
    } else if (topExponent && mantissa == (1 << mantissaBits) - 1) {
      magnitude = Float.NaN;
    } else if (exponent == 0) {
      magnitude = Math.scalb((float) mantissa, 1 - bias - mantissaBits);
    } else {
      magnitude =
          Math.scalb((float) (mantissa + (1 << mantissaBits)), exponent - bias - mantissaBits);
    }
    return (code & 0x80) != 0 ? -magnitude : magnitude;
  }
}
