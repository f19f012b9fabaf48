package io.zoetrope.encoding;

import io.zoetrope.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Numbers, or integers as codes, that are multiplied with a factor when they are decoded, in
 * float32: one factor for all, or one for each row. Narrow formats have factors so that their
 * numbers fill the range.
 */
public final class Scaled implements Encoding {
  private final Encoding unscaled;
  private final float[] factors;
  private final long row;
  private final long start;

  /**
   * A factor for each run of elements.
   *
   * @param unscaled what is multiplied
   * @param factors one for each row, or one for all
   * @param row elements of a row; all of them if there is one factor
   */
  public Scaled(Encoding unscaled, float[] factors, long row) {
    this(unscaled, factors.clone(), row, 0);
  }

  private Scaled(Encoding unscaled, float[] factors, long row, long start) {
    this.unscaled = unscaled;
    this.factors = factors;
    this.row = row;
    this.start = start;
  }

  @Override
  public String name() {
    return unscaled.name() + " scaled";
  }

  /** Products take more bits than what is multiplied. */
  @Override
  public DType decoded() {
    return DType.F32;
  }

  @Override
  public int block() {
    return unscaled.block();
  }

  @Override
  public long bytes(long elements) {
    return unscaled.bytes(elements);
  }

  @Override
  public void decode(MemorySegment stored, long first, int count, float[] out) {
    unscaled.decode(stored, first, count, out);
    for (int i = 0; i < count; ) {
      long element = start + first + i;
      float factor = factors[(int) (element / row)];
      int end = (int) Math.min(count, i + row - element % row);
      for (; i < end; i++) {
        out[i] *= factor;
      }
    }
  }

  @Override
  public Encoding from(long element) {
    return new Scaled(unscaled.from(element), factors, row, start + element);
  }
}
