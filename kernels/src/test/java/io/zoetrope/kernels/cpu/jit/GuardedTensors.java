package io.zoetrope.kernels.cpu.jit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.kernels.cpu.jit.memory.GuardPages;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.HostStorage;
import io.zoetrope.tensor.Lifetime;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Tensors of random values at the start or at the end of pages of their own, with pages around them
 * that nobody may touch; nobody may change the rest of their own pages, either.
 */
final class GuardedTensors implements AutoCloseable {
  private static final byte GUARD = (byte) 0xa5;
  private static final int[] OFFSETS = {0, 0, 1, 5};

  private final Random random;
  private final Arena arena = Arena.ofShared();
  private final List<Tensor> tensors = new ArrayList<>();

  GuardedTensors(Random random) {
    this.random = random;
  }

  /**
   * Normally distributed values, rounded to the dtype; of the smallest dtypes any finite values.
   */
  Tensor values(DType dtype, long... sizes) {
    Shape shape = Shape.of(sizes);
    long bytes = dtype.bytes();
    long offset = OFFSETS[random.nextInt(OFFSETS.length)];
    MemorySegment pages = GuardPages.allocate(arena, (offset + shape.count()) * bytes).fill(GUARD);
    if (random.nextBoolean()) {
      offset = pages.byteSize() / bytes - shape.count();
    }
    Tensor tensor =
        Tensor.contiguous(new HostStorage(pages), offset, dtype, shape, Lifetime.UNBOUNDED);
    for (long i = 0; i < shape.count(); i++) {
      if (bytes == 1) {
        // Any code but those of infinities and NaN, which have all exponent bits set.
        int code = random.nextInt(256);
        boolean special = (code & 0x78) == 0x78;
        pages.set(ValueLayout.JAVA_BYTE, offset + i, (byte) (special ? code & 0x8f : code));
      } else {
        Conversions.fromFloat(pages, dtype, offset + i, (float) random.nextGaussian());
      }
    }
    tensors.add(tensor);
    return tensor;
  }

  void checkGuards() {
    for (Tensor tensor : tensors) {
      MemorySegment pages = ((HostStorage) tensor.storage()).segment();
      long start = tensor.offset() * tensor.dtype().bytes();
      checkGuard(tensor, pages, 0, start);
      checkGuard(tensor, pages, start + tensor.byteSize(), pages.byteSize());
    }
  }

  private static void checkGuard(Tensor tensor, MemorySegment pages, long from, long to) {
    for (long i = from; i < to; i++) {
      if (pages.get(ValueLayout.JAVA_BYTE, i) != GUARD) {
        long position = i - tensor.offset() * tensor.dtype().bytes();
        assertEquals(
            GUARD,
            pages.get(ValueLayout.JAVA_BYTE, i),
            "byte %d of %s".formatted(position, tensor));
      }
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
