package io.zoetrope.bench;

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

  private RandomTensors() {}

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
