package io.zoetrope.weights;

import io.zoetrope.encoding.Encoding;
import io.zoetrope.encoding.StoredBytes;
import io.zoetrope.encoding.StoredTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The bytes of a tensor in another format, made piece by piece as they are read.
 *
 * @param tensor in the format that it is stored in
 */
record Rewritten(StoredTensor tensor, NumberFormat format) implements StoredBytes {
  /** Elements that are made at once. */
  private static final int PIECE = 1 << 14;

  @Override
  public void read(long position, MemorySegment to) {
    Encoding encoding = format.encoding();
    long blockBytes = encoding.bytes(encoding.block());
    long end = position + to.byteSize();
    float[] numbers = new float[PIECE];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment made = arena.allocate(encoding.bytes(PIECE));
      long first = position / blockBytes * encoding.block();
      while (encoding.bytes(first) < end) {
        int count = (int) Math.min(PIECE, tensor.count() - first);
        tensor.read(first, numbers, 0, count);
        format.encode(tensor, numbers, count, made);
        long begin = encoding.bytes(first);
        long from = Math.max(begin, position);
        long until = Math.min(begin + encoding.bytes(count), end);
        MemorySegment.copy(made, from - begin, to, from - position, until - from);
        first += count;
      }
    }
  }
}
