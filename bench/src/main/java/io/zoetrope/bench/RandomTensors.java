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
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * Weights that keep activations at about the size that they have: uniform with a variance of one
 * over the number of inputs (LeCun et al., 1998), scales of norms around 1, small biases. A name
 * and a shape always give the same numbers.
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

  /** A tensor that is made when it is read, from its beginning to its end, and held so long. */
  static StoredTensor stored(String name, Shape shape, DType dtype) {
    return new StoredTensor(
        name, new Plain(dtype), shape, new Made(name, shape, dtype), Lifetime.UNBOUNDED);
  }

  private static final class Made implements StoredBytes {
    private final String name;
    private final Shape shape;
    private final DType dtype;
    private Arena arena;
    private Tensor made;

    Made(String name, Shape shape, DType dtype) {
      this.name = name;
      this.shape = shape;
      this.dtype = dtype;
    }

    @Override
    public void read(long position, MemorySegment to) {
      if (made == null) {
        arena = Arena.ofShared();
        made = make(name, shape, dtype, arena);
      }
      MemorySegment.copy(made.segment(), position, to, 0, to.byteSize());
      if (position + to.byteSize() == made.byteSize()) {
        made = null;
        arena.close();
      }
    }
  }

  /** Fp8 codes with any fraction, whose largest is below 2: none is infinite or not a number. */
  static StoredTensor codes(String name, Shape shape) {
    StoredBytes bytes =
        (position, to) -> {
          byte[] codes = new byte[(int) BLOCK];
          for (long at = position; at < position + to.byteSize(); ) {
            new SplittableRandom(31L * name.hashCode() + at / BLOCK).nextBytes(codes);
            int from = (int) (at % BLOCK);
            int count = (int) Math.min(BLOCK - from, position + to.byteSize() - at);
            for (int i = from; i < from + count; i++) {
              codes[i] &= ~HIGH_EXPONENT;
            }
            MemorySegment.copy(MemorySegment.ofArray(codes), from, to, at - position, count);
            at += count;
          }
        };
    return new StoredTensor(name, new Plain(DType.F8_E4M3), shape, bytes, Lifetime.UNBOUNDED);
  }

  /** What {@link #codes} are multiplied with to have a variance of one over the inputs. */
  static float scaleOfCodes(Shape shape) {
    return (float) Math.sqrt((double) shape.size(0) / shape.count()) / DEVIATION;
  }

  /** A tensor in the memory of an arena. */
  static Tensor make(String name, Shape shape, DType dtype, Arena arena) {
    MemorySegment memory = arena.allocate(shape.count() * dtype.bytes(), Long.BYTES);
    boolean vector = shape.rank() == 1;
    boolean scale = name.endsWith("gamma") || (vector && name.endsWith("weight"));
    float centre = scale ? 1 : 0;
    float reach =
        scale ? SCALE : vector ? BIAS : (float) Math.sqrt(3.0 * shape.size(0) / shape.count());
    LongStream.range(0, Math.ceilDiv(shape.count(), BLOCK))
        .parallel()
        .forEach(block -> {
          SplittableRandom random = new SplittableRandom(31L * name.hashCode() + block);
          long end = Math.min(shape.count(), (block + 1) * BLOCK);
          for (long i = block * BLOCK; i < end; i++) {
            float unit = (random.nextInt() >> 8) * 0x1p-23f;
            Conversions.fromFloat(memory, dtype, i, centre + reach * unit);
          }
        });
    return Tensor.contiguous(new HostStorage(memory), 0, dtype, shape, Lifetime.UNBOUNDED);
  }
}
