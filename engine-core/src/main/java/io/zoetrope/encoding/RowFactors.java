package io.zoetrope.encoding;

import java.util.Arrays;

/**
 * Multiplies numbers, or integers that are codes: with one factor for all, or one for each row.
 * Narrow formats have factors so that their numbers fill the range.
 *
 * @param factors one for each row, or one for all
 * @param row elements of a row; all of them if there is one factor
 */
public record RowFactors(float[] factors, long row) implements Adjusted.Adjustment {
  @Override
  public void apply(long first, int count, float[] numbers) {
    for (int i = 0; i < count; ) {
      long element = first + i;
      float factor = of(element);
      int end = (int) Math.min(count, i + row - element % row);
      for (; i < end; i++) {
        numbers[i] *= factor;
      }
    }
  }

  /** The factor of an element of the tensor. */
  float of(long element) {
    return factors[(int) (element / row)];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RowFactors(float[] others, long otherRow)
        && row == otherRow
        && Arrays.equals(factors, others);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(factors) + Long.hashCode(row);
  }

  @Override
  public String toString() {
    return "%d factors for rows of %d".formatted(factors.length, row);
  }
}
