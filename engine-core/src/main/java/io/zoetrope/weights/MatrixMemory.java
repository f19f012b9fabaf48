package io.zoetrope.weights;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;

/**
 * Memory for many matrices, taken in large blocks. Allocators give those back to the system when
 * they are freed; matrices alone they might keep, and the next stage of a job would have its memory
 * beside theirs.
 */
final class MatrixMemory implements AutoCloseable {
  /** More than the GNU C library ever keeps when it is freed: 32 MiB. */
  private static final long BLOCK = 64 << 20;

  private static final int ALIGNMENT = 64;

  private final Arena arena = Arena.ofShared();

  private final LongSupplier all;

  private MemorySegment block = MemorySegment.NULL;
  private long used;

  /** Bytes that are still to be taken, as far as is known; negative before the first one is. */
  private long expected = -1;

  /**
   * No memory yet.
   *
   * @param all tells how many bytes will be taken, so that no block is larger than what is left
   */
  MatrixMemory(LongSupplier all) {
    this.all = all;
  }

  /** Zeros that stay until this is closed, from a cache line on. */
  synchronized MemorySegment take(long bytes) {
    long whole = Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
    if (expected < 0) {
      expected = all.getAsLong();
    }
    if (whole > block.byteSize() - used) {
      block = arena.allocate(Math.max(whole, Math.min(BLOCK, expected)), ALIGNMENT);
      used = 0;
    }
    MemorySegment taken = block.asSlice(used, bytes);
    used += whole;
    expected = Math.max(0, expected - bytes);
    return taken;
  }

  @Override
  public void close() {
    arena.close();
  }
}
