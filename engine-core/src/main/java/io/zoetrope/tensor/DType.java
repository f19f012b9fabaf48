package io.zoetrope.tensor;

/**
 * Element types, named as in safetensors headers.
 *
 * <p>Computation happens in {@link #F32} and {@link #BF16}. Every type of {@link #isConvertible}
 * can be read as float; the remaining ones can be listed in a file but not computed with.
 */
public enum DType {
  F64(64),
  F32(32),
  F16(16),
  BF16(16),
  F8_E4M3(8),
  F8_E5M2(8),
  I64(64),
  I32(32),
  I16(16),
  I8(8),
  U8(8),
  BOOL(8),
  C64(64),
  U64(64),
  U32(32),
  U16(16),
  F8_E8M0(8),
  F8_E4M3FNUZ(8),
  F8_E5M2FNUZ(8),
  F6_E2M3(6),
  F6_E3M2(6),
  F4(4);

  private final int bits;

  DType(int bits) {
    this.bits = bits;
  }

  /** Size of one element in bits; below 8 for packed types. */
  public int bits() {
    return bits;
  }

  /**
   * Size of one element in bytes.
   *
   * @throws IllegalStateException for types whose elements do not fill whole bytes
   */
  public int bytes() {
    if (bits % 8 != 0) {
      throw new IllegalStateException("elements of " + this + " do not fill whole bytes");
    }
    return bits / 8;
  }

  /** Whether it is a floating-point type whose elements can be widened to float. */
  public boolean isFloatingPoint() {
    return ordinal() <= F8_E5M2.ordinal();
  }

  /** Whether elements can be widened to float (see {@link Conversions#toFloat}). */
  public boolean isConvertible() {
    return ordinal() <= BOOL.ordinal();
  }

  /** Whether operations compute with this type. */
  public boolean isComputable() {
    return this == F32 || this == BF16;
  }
}
