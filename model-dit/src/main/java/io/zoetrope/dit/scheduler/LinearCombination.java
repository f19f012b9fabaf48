package io.zoetrope.dit.scheduler;

import java.util.Arrays;

/** The elementwise work of every scheduler step. */
final class LinearCombination {
  /** Elements summed at once: their float64 sums stay in the first-level cache. */
  private static final int BLOCK = 1024;

  private LinearCombination() {}

  /**
   * Sets {@code destination[i]} to the sum of {@code weights[k] * terms[k][i]}, summed in float64
   * and rounded once, in one pass over memory. The destination may be one of the terms.
   *
   * @param destination n elements, overwritten
   * @param weights one finite weight a term
   * @param terms arrays of n elements
   */
  static void into(float[] destination, double[] weights, float[]... terms) {
    double[] sums = new double[BLOCK];
    for (int start = 0; start < destination.length; start += BLOCK) {
      int count = Math.min(BLOCK, destination.length - start);
      Arrays.fill(sums, 0);
      for (int k = 0; k < terms.length; k++) {
        double weight = weights[k];
        float[] term = terms[k];
        for (int i = 0; i < count; i++) {
          sums[i] += weight * term[start + i];
        }
      }
      for (int i = 0; i < count; i++) {
        destination[start + i] = (float) sums[i];
      }
    }
  }
}
