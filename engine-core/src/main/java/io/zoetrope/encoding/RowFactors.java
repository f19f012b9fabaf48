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
      float factor = factors[(int) (element / row)];
      int end = (int) Math.min(count, i + row - element % row);
      for (; i < end; i++) {
        numbers[i] *= factor;
      }
    }
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
