package io.zoetrope.encoding;

import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Elements of a dtype, one after the other, little-endian.
 *
 * @param dtype any; only those of {@link DType#isConvertible} can be decoded
 */
public record Plain(DType dtype) implements Encoding {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  @Override
  public String name() {
    return dtype.name();
  }

  @Override
  public DType decoded() {
    if (!dtype.isConvertible()) {
      throw new IllegalArgumentException("elements of " + dtype + " have no conversion to float");
    }
    return switch (dtype) {
      case BF16, F8_E4M3, F8_E5M2 -> DType.BF16;
      default -> DType.F32;
    };
  }

  @Override
  public boolean holdsNumbers() {
    return dtype.isFloatingPoint();
  }

  @Override
  public long bytes(long elements) {
    return (elements * dtype.bits() + Byte.SIZE - 1) / Byte.SIZE;
  }

  @Override
  public void decode(MemorySegment stored, long first, int count, float[] out) {
    switch (dtype) {
      case F32 -> MemorySegment.copy(stored, FLOAT, 0, out, 0, count);
      // Loops over arrays, one for each dtype: compilers make vector instructions of them.
      case BF16 -> {
        short[] halves = halves(stored, count);
        for (int i = 0; i < count; i++) {
          out[i] = Conversions.bfloat16ToFloat(halves[i]);
        }
      }
      case F16 -> {
        short[] halves = halves(stored, count);
        for (int i = 0; i < count; i++) {
          out[i] = Float.float16ToFloat(halves[i]);
        }
      }
      case F8_E4M3, F8_E5M2 -> {
        byte[] codes = new byte[count];
        MemorySegment.copy(stored, ValueLayout.JAVA_BYTE, 0, codes, 0, count);
        Conversions.float8ToFloats(codes, dtype, out);
      }
      default -> {
        for (int i = 0; i < count; i++) {
          out[i] = Conversions.toFloat(stored, dtype, i);
        }
      }
    }
  }

  private static short[] halves(MemorySegment stored, int count) {
    short[] halves = new short[count];
    MemorySegment.copy(stored, SHORT, 0, halves, 0, count);
    return halves;
  }
}
