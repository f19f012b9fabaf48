package io.zoetrope.encoding;

import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.HostStorage;
import io.zoetrope.tensor.Lifetime;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Random;

/**
 * A made-up format, to show what adding one takes: 32 neighbours are a factor in F16 and an integer
 * of 8 bits each.
 */
public record BlocksOfInt8() implements Encoding {
  private static final int BLOCK = 32;
  private static final int BYTES = Short.BYTES + BLOCK;
  private static final ValueLayout.OfShort HALF =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  @Override
  public String name() {
    return "blocks of 32 int8";
  }

  @Override
  public DType decoded() {
    return DType.F32;
  }

  @Override
  public int block() {
    return BLOCK;
  }

  @Override
  public long bytes(long elements) {
    return elements / BLOCK * BYTES;
  }

  @Override
  public void decode(MemorySegment stored, long first, int count, float[] out) {
    for (int i = 0; i < count; i++) {
      long start = (long) i / BLOCK * BYTES;
      float factor = Float.float16ToFloat(stored.get(HALF, start));
      out[i] = factor * stored.get(ValueLayout.JAVA_BYTE, start + Short.BYTES + i % BLOCK);
    }
  }

  /** A weight of random codes and factors between 1/256 and 1/128, in memory. */
  public static StoredTensor random(Random random, long... sizes) {
    Shape shape = Shape.of(sizes);
    byte[] bytes = new byte[Math.toIntExact(shape.count() / BLOCK * BYTES)];
    random.nextBytes(bytes);
    MemorySegment segment = MemorySegment.ofArray(bytes);
    for (int start = 0; start < bytes.length; start += BYTES) {
      segment.set(HALF, start, Float.floatToFloat16((1 + random.nextFloat()) / 256));
    }
    return new StoredTensor(
        "blocks.weight",
        new BlocksOfInt8(),
        shape,
        new StoredBytes.InMemory(segment),
        Lifetime.UNBOUNDED);
  }

  /** The numbers of such a weight as F32, by a loop of its own over the bytes. */
  public static Tensor decodedBeforehand(StoredTensor weight) {
    MemorySegment bytes = ((StoredBytes.InMemory) weight.bytes()).segment();
    float[] numbers = new float[Math.toIntExact(weight.count())];
    for (int block = 0; block < numbers.length / BLOCK; block++) {
      float factor = Float.float16ToFloat(bytes.get(HALF, (long) block * BYTES));
      for (int i = 0; i < BLOCK; i++) {
        long at = (long) block * BYTES + Short.BYTES + i;
        numbers[block * BLOCK + i] = factor * bytes.get(ValueLayout.JAVA_BYTE, at);
      }
    }
    MemorySegment floats = MemorySegment.ofArray(numbers);
    return Tensor.contiguous(
        new HostStorage(floats), 0, DType.F32, weight.shape(), Lifetime.UNBOUNDED);
  }
}
