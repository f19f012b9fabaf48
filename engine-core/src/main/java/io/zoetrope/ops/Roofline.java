package io.zoetrope.ops;

import io.zoetrope.tensor.DType;
import java.util.Map;

/**
 * What a device can do at best, as measured on it: the two bounds of the roofline model (Williams,
 * Waterman and Patterson, 2009).
 *
 * @param flopsPerSecond multiplications and additions per second of products of the given dtype,
 *     all compute threads together
 * @param bytesPerSecond read plus written per second by a copy in memory that no cache holds, all
 *     compute threads together
 */
public record Roofline(Map<DType, Double> flopsPerSecond, double bytesPerSecond) {
  /** Takes a copy of the map. */
  public Roofline {
    flopsPerSecond = Map.copyOf(flopsPerSecond);
  }

  /**
   * The least time that an amount of work can take: as if products and traffic went on side by side
   * without waiting. Work on data that a cache holds can take less.
   *
   * @param dtype of the products; without a measured rate the traffic counts alone
   */
  public double leastSeconds(DType dtype, double flops, double bytes) {
    double peak = flopsPerSecond.getOrDefault(dtype, Double.POSITIVE_INFINITY);
    return Math.max(flops / peak, bytes / bytesPerSecond);
  }
}
