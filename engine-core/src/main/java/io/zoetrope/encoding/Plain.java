package io.zoetrope.encoding;

import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * Elements of a dtype, one after the other, little-endian.
 *
 * @param dtype any; only those of {@link DType#isConvertible} can be decoded
 */
public record Plain(DType dtype) implements Encoding {
  /** What is added to signed codes, so that all are from 0 to 255. */
  private static final int SIGNED = 0x80;

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

  @Override
  public Optional<CodeFormat> codes(int row) {
    return switch (dtype) {
      case F8_E4M3 -> Optional.of(new CodeFormat(CodeFormat.Value.E4M3, 0, row));
      case I8 -> Optional.of(new CodeFormat(CodeFormat.Value.INTEGER, SIGNED, row));
      default -> Optional.empty();
    };
  }

  @Override
  public Optional<CodePlane> plane(int row) {
    return codes(row).map(_ -> CodePlane.ofBytes(row, dtype == DType.I8));
  }

  @Override
  public void unpack(MemorySegment stored, long first, int count, int row, GroupedCodes out) {
    out.prepare(count, count / row);
    MemorySegment.copy(stored, ValueLayout.JAVA_BYTE, 0, out.codes(), 0, count);
    if (dtype == DType.I8) {
      for (int i = 0; i < count; i++) {
        out.codes()[i] ^= (byte) SIGNED;
      }
    }
    scales(stored, first, count, row, out);
  }

  @Override
  public void scales(MemorySegment stored, long first, int count, int row, GroupedCodes out) {
    out.prepare(0, count / row);
    Arrays.fill(out.scales(), 0, count / row, 1);
    Arrays.fill(out.offsets(), 0, count / row, 0);
  }

  private static short[] halves(MemorySegment stored, int count) {
    short[] halves = new short[count];
    MemorySegment.copy(stored, SHORT, 0, halves, 0, count);
    return halves;
  }
}
