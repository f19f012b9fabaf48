package io.zoetrope.weights;

import io.zoetrope.encoding.Encoding;
import io.zoetrope.encoding.StoredBytes;
import io.zoetrope.encoding.StoredTensor;
import java.lang.foreign.MemorySegment;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/** The bytes of a matrix in a form that it is not stored in: made at the first read, then kept. */
final class QuantizedBytes implements StoredBytes {
  /** Elements below which starting threads takes longer than quantizing. */
  private static final long SMALL = 1 << 16;

  private final StoredTensor matrix;
  private final WeightForm form;
  private final Encoding encoding;
  private final float[] factors;
  private final LongFunction<MemorySegment> memory;

  /** Null until the first read. */
  private volatile MemorySegment made;

  /**
   * A matrix that is not read yet.
   *
   * @param encoding of the form
   * @param factors are filled when the bytes are made, before anybody can read these
   * @param memory gives so many bytes, which stay as long as they are read
   */
  QuantizedBytes(
      StoredTensor matrix,
      WeightForm form,
      Encoding encoding,
      float[] factors,
      LongFunction<MemorySegment> memory) {
    this.matrix = matrix;
    this.form = form;
    this.encoding = encoding;
    this.factors = factors;
    this.memory = memory;
  }

  @Override
  public void read(long position, MemorySegment to) {
    MemorySegment.copy(bytes(), position, to, 0, to.byteSize());
  }

  @Override
  public boolean takesMemory() {
    return true;
  }

  private MemorySegment bytes() {
    MemorySegment bytes = made;
    return bytes != null ? bytes : make();
  }

  private synchronized MemorySegment make() {
    if (made == null) {
      int rows = Math.toIntExact(matrix.shape().size(0));
      int row = Math.toIntExact(matrix.shape().size(1));
      long rowBytes = encoding.bytes(row);
      MemorySegment bytes = memory.apply(rows * rowBytes);
      if (factors.length > 0) {
        factors[0] = form.factorOfAll(matrix);
      }
      IntStream all = IntStream.range(0, rows);
      (matrix.count() < SMALL ? all : all.parallel())
          .forEach(i -> {
            float[] numbers = new float[row];
            matrix.read((long) i * row, numbers, 0, row);
            form.encode(matrix, numbers, i, factors, bytes.asSlice(i * rowBytes, rowBytes));
          });
      made = bytes;
    }
    return made;
  }
}
