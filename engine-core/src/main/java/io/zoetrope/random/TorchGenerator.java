package io.zoetrope.random;

import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;

/**
 * The random numbers of {@code torch.Generator("cpu")}, so that a seed gives the same video here
 * and there.
 *
 * <p>{@link #randn} gives, bit for bit, what {@code torch.randn(sizes, generator=...)} gives in
 * float32 on x86 processors with AVX2 (checked with torch 2.13); other builds of torch differ from
 * it in the last bits. Source: {@code ATen/native/cpu/DistributionTemplates.h} and {@code
 * ATen/core/DistributionsHelper.h}.
 */
public final class TorchGenerator {
  private static final int BLOCK = 16;

  /** Numbers of a saved state: the engine's, and the two halves of a number that waits. */
  private static final int SAVED = MersenneTwister.SAVED + 2;

  private final MersenneTwister engine;
  private double cached;

  private TorchGenerator(MersenneTwister engine, double cached) {
    this.engine = engine;
    this.cached = cached;
  }

  /**
   * A generator as after {@code manual_seed(seed)}. Torch seeds with the low 32 bits alone: seeds
   * that differ above them give the same numbers. Its seeds above 2^63 - 1 are passed as negative
   * numbers, which mean the same to torch.
   */
  public static TorchGenerator manualSeed(long seed) {
    return new TorchGenerator(new MersenneTwister((int) seed), Double.NaN);
  }

  /**
   * A generator that goes on where another one was.
   *
   * @param state what {@link #state} gave there, in host memory
   * @throws IllegalArgumentException if it is no such state
   */
  public static TorchGenerator restored(Tensor state) {
    if (state.dtype() != DType.I32 || state.count() != SAVED) {
      throw new IllegalArgumentException(
          "%s is no state of a generator, I32 [%d]".formatted(state, SAVED));
    }
    IntBuffer saved = numbers(state);
    MersenneTwister engine = MersenneTwister.restore(saved);
    long high = saved.get();
    long low = Integer.toUnsignedLong(saved.get());
    return new TorchGenerator(engine, Double.longBitsToDouble(high << 32 | low));
  }

  /** All that the next numbers depend on: I32, [627], in host memory; a copy. */
  public Tensor state() {
    Tensor state = Tensor.zeros(DType.I32, SAVED);
    IntBuffer saved = numbers(state);
    engine.save(saved);
    long waiting = Double.doubleToRawLongBits(cached);
    saved.put((int) (waiting >>> 32)).put((int) waiting);
    return state;
  }

  /** The numbers of a state, where they lie. */
  private static IntBuffer numbers(Tensor state) {
    ByteBuffer bytes = state.segment().asByteBuffer();
    return bytes.order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
  }

  /**
   * Standard normal numbers, F32, on the Java heap. How many are drawn at once matters: two calls
   * do not give the numbers of one larger call.
   *
   * @throws ArithmeticException if there are more than 2^31 - 1 of them
   */
  public Tensor randn(long... sizes) {
    float[] values = new float[Math.toIntExact(Shape.of(sizes).count())];
    if (values.length < BLOCK) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) nextNormal();
      }
    } else {
      fillBlocks(values);
    }
    return Tensor.of(values, sizes);
  }

  /** All uniform numbers first, then blocks of 8 + 8; a last, partial block draws 16 new ones. */
  private void fillBlocks(float[] values) {
    fillUniform(values, 0);
    for (int start = 0; start + BLOCK <= values.length; start += BLOCK) {
      transformBlock(values, start);
    }
    if (values.length % BLOCK != 0) {
      int start = values.length - BLOCK;
      fillUniform(values, start);
      transformBlock(values, start);
    }
  }

  private void fillUniform(float[] values, int start) {
    for (int i = start; i < values.length; i++) {
      values[i] = engine.nextFloat();
    }
  }

  private static void transformBlock(float[] values, int start) {
    for (int i = start; i < start + BLOCK / 2; i++) {
      BoxMuller.transform(values, i, i + BLOCK / 2);
    }
  }

  /** Few numbers come one by one, in pairs of which the second waits for the next draw. */
  private double nextNormal() {
    if (!Double.isNaN(cached)) {
      double value = cached;
      cached = Double.NaN;
      return value;
    }
    double angle = 2 * Math.PI * engine.nextDouble();
    double radius = Math.sqrt(-2 * Math.log1p(-engine.nextDouble()));
    cached = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}
