package io.zoetrope.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * How far a result is from what is expected.
 *
 * @param largest absolute value expected
 * @param maxAbs largest absolute difference
 * @param relativeRms root mean square of the difference relative to that of the expected values
 */
public record Difference(double largest, double maxAbs, double relativeRms) {
  /** Compares element by element; what is not finite fails the test. */
  public static Difference of(String name, float[] expected, float[] actual) {
    assertEquals(expected.length, actual.length, name);
    double largest = 0;
    double maxAbs = 0;
    double squares = 0;
    double differenceSquares = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs((double) actual[i] - expected[i]);
      assertTrue(Double.isFinite(difference), () -> name + " is not finite");
      largest = Math.max(largest, Math.abs(expected[i]));
      maxAbs = Math.max(maxAbs, difference);
      squares += (double) expected[i] * expected[i];
      differenceSquares += difference * difference;
    }
    return new Difference(largest, maxAbs, Math.sqrt(differenceSquares / squares));
  }
}
