package io.zoetrope.encoding;

import java.lang.foreign.MemorySegment;

/** Where the bytes of a stored tensor are. They are copied out, by many threads at a time. */
@FunctionalInterface
public interface StoredBytes {
  /**
   * Fills a segment.
   *
   * @param position of the first byte, from the start of the tensor's bytes
   * @param to memory of the caller's own, native or on the heap
   * @throws RuntimeException if the bytes are not there any more; the message says which file
   */
  void read(long position, MemorySegment to);

  /** Whether the bytes are in memory, once they have been read. */
  default boolean takesMemory() {
    return false;
  }

  /**
   * Says that some bytes are read soon: whoever has them may fetch them. Nothing changes but time.
   *
   * @param position of the first byte, from the start of the tensor's bytes
   */
  default void fetch(long position, long size) {}

  /** Says that some bytes are not read for a while, and may make room for others. */
  default void forget(long position, long size) {}

  /** Bytes in memory, which cannot vanish while they are used. */
  record InMemory(MemorySegment segment) implements StoredBytes {
    @Override
    public boolean takesMemory() {
      return true;
    }

    @Override
    public void read(long position, MemorySegment to) {
      MemorySegment.copy(segment, position, to, 0, to.byteSize());
    }
  }
}
