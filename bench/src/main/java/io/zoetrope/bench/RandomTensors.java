package io.zoetrope.bench;

import io.zoetrope.encoding.Plain;
import io.zoetrope.encoding.StoredBytes;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.HostStorage;
import io.zoetrope.tensor.Lifetime;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * Weights that keep activations at about the size that they have: uniform with a variance of one
 * over the number of inputs (LeCun et al., 1998), scales of norms and of latents around 1, small
 * biases. A name and a shape always give the same numbers.
 */
final class RandomTensors {
  private static final float BIAS = 0.02f;
  private static final float SCALE = 0.1f;
  private static final long BLOCK = 1 << 16;

  /** The highest bit of an fp8 code's exponent. */
  private static final int HIGH_EXPONENT = 0x40;

  /** Standard deviation of codes without it. */
  private static final float DEVIATION = 0.6f;

  private RandomTensors() {}

  /** Makes some neighbours of a tensor. */
  private interface Block {
    /**
     * Fills memory.
     *
     * @param random of the block alone
     * @param out takes the block's elements from the first one on
     * @param count how many there are
     */
    void fill(SplittableRandom random, MemorySegment out, long count);
  }

  private static SplittableRandom random(String name, long block) {
    return new SplittableRandom(31L * name.hashCode() + block);
  }

  /** A tensor in the memory of an arena. */
  static Tensor make(String name, Shape shape, DType dtype, Arena arena) {
    MemorySegment memory = arena.allocate(shape.count() * dtype.bytes(), Long.BYTES);
    Block numbers = numbers(name, shape, dtype);
    LongStream.range(0, Math.ceilDiv(shape.count(), BLOCK))
        .parallel()
        .forEach(block -> {
          long count = Math.min(BLOCK, shape.count() - block * BLOCK);
          MemorySegment part = memory.asSlice(block * BLOCK * dtype.bytes(), count * dtype.bytes());
          numbers.fill(random(name, block), part, count);
        });
    return Tensor.contiguous(new HostStorage(memory), 0, dtype, shape, Lifetime.UNBOUNDED);
  }

  private static Block numbers(String name, Shape shape, DType dtype) {
    boolean vector = shape.rank() == 1;
    boolean scale =
        name.endsWith("gamma") || vector && (name.endsWith("weight") || name.endsWith("_std"));
    float centre = scale ? 1 : 0;
    float reach =
        scale ? SCALE : vector ? BIAS : (float) Math.sqrt(3.0 * shape.size(0) / shape.count());
    return (random, out, count) -> {
      for (long i = 0; i < count; i++) {
        float unit = (random.nextInt() >> 8) * 0x1p-23f;
        Conversions.fromFloat(out, dtype, i, centre + reach * unit);
      }
    };
  }

  /** The tensor of {@link #make}, whose numbers are made when they are read. */
  static StoredTensor stored(String name, Shape shape, DType dtype) {
    return stored(name, shape, dtype, numbers(name, shape, dtype));
  }

  /** Fp8 codes with any fraction, whose largest is below 2: none is infinite or not a number. */
  static StoredTensor codes(String name, Shape shape) {
    Block codes =
        (random, out, count) -> {
          for (long i = 0; i < count; i++) {
            int code = random.nextInt() & 0xff & ~HIGH_EXPONENT;
            out.set(ValueLayout.JAVA_BYTE, i, (byte) code);
          }
        };
    return stored(name, shape, DType.F8_E4M3, codes);
  }

  /** What {@link #codes} are multiplied with to have a variance of one over the inputs. */
  static float scaleOfCodes(Shape shape) {
    return (float) Math.sqrt((double) shape.size(0) / shape.count()) / DEVIATION;
  }

  private static StoredTensor stored(String name, Shape shape, DType dtype, Block numbers) {
    long blockBytes = BLOCK * dtype.bytes();
    StoredBytes bytes =
        (position, to) -> {
          try (Arena arena = Arena.ofConfined()) {
            MemorySegment block = arena.allocate(blockBytes);
            for (long at = position; at < position + to.byteSize(); ) {
              long from = at % blockBytes;
              long length = Math.min(blockBytes - from, position + to.byteSize() - at);
              long first = at / blockBytes;
              numbers.fill(
                  random(name, first), block, Math.min(BLOCK, shape.count() - first * BLOCK));
              MemorySegment.copy(block, from, to, at - position, length);
              at += length;
            }
          }
        };
    return new StoredTensor(name, new Plain(dtype), shape, bytes, Lifetime.UNBOUNDED);
  }
}
