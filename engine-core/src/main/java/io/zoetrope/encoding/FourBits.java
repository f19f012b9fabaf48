package io.zoetrope.encoding;

import io.zoetrope.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Numbers of four bits, two of them in a byte. */
public enum FourBits implements Encoding {
  /** A sign, two bits of exponent, one of mantissa; the first of two is the high half of a byte. */
  E2M1(true, 0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0f, -0.5f, -1, -1.5f, -2, -3, -4, -6),
  /** Signed integers; the first of two is the low half of a byte. */
  I4(false, 0, 1, 2, 3, 4, 5, 6, 7, -8, -7, -6, -5, -4, -3, -2, -1);

  private final boolean highFirst;
  private final float[] numbers;

  FourBits(boolean highFirst, float... numbers) {
    this.highFirst = highFirst;
    this.numbers = numbers;
  }

  @Override
  public DType decoded() {
    return DType.BF16;
  }

  @Override
  public int block() {
    return 2;
  }

  @Override
  public long bytes(long elements) {
    return elements / 2;
  }

  @Override
  public void decode(MemorySegment stored, long first, int count, float[] out) {
    byte[] pairs = new byte[count / 2];
    MemorySegment.copy(stored, ValueLayout.JAVA_BYTE, 0, pairs, 0, pairs.length);
    int high = highFirst ? 0 : 1;
    for (int i = 0; i < pairs.length; i++) {
      out[2 * i + high] = numbers[pairs[i] >> 4 & 0xF];
      out[2 * i + 1 - high] = numbers[pairs[i] & 0xF];
    }
  }
}
