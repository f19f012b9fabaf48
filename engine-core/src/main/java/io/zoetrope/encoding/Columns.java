package io.zoetrope.encoding;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The first columns of a matrix that is stored with more, as F32. They are read as a whole: no
 * position lies within an element.
 *
 * @param matrix of two dimensions
 * @param columns how many of its columns
 */
record Columns(StoredTensor matrix, long columns) implements StoredBytes {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  @Override
  public void read(long position, MemorySegment to) {
    if (position % Float.BYTES != 0 || to.byteSize() % Float.BYTES != 0) {
      throw new IllegalArgumentException("elements are read as a whole");
    }
    long stored = matrix.shape().size(1);
    float[] row = new float[Math.toIntExact(columns)];
    long element = position / Float.BYTES;
    long end = element + to.byteSize() / Float.BYTES;
    for (long done = 0; element < end; ) {
      long column = element % columns;
      int count = (int) Math.min(columns - column, end - element);
      matrix.read(element / columns * stored + column, row, 0, count);
      MemorySegment.copy(row, 0, to, FLOAT, done, count);
      element += count;
      done += (long) count * Float.BYTES;
    }
  }
}
