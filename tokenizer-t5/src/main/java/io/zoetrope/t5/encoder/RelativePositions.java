package io.zoetrope.t5.encoder;

/**
 * The buckets of relative positions (Raffel et al., 2020, section 2.1; {@code
 * _relative_position_bucket} in transformers): near distances have one each, far ones share them on
 * a logarithmic scale, and keys behind the query have other buckets than those in front.
 */
public final class RelativePositions {
  private RelativePositions() {}

  /**
   * Buckets of all pairs of a sequence, row by row: {@code [query * tokens + key]}.
   *
   * @throws ArithmeticException if there are more than 2^31 - 1 pairs
   */
  static int[] buckets(int tokens, int numBuckets, int maxDistance) {
    int[] byDistance = new int[2 * tokens - 1];
    for (int i = 0; i < byDistance.length; i++) {
      byDistance[i] = bucket(i - (tokens - 1), true, numBuckets, maxDistance);
    }
    int[] buckets = new int[Math.multiplyExact(tokens, tokens)];
    for (int query = 0; query < tokens; query++) {
      System.arraycopy(byDistance, tokens - 1 - query, buckets, query * tokens, tokens);
    }
    return buckets;
  }

  /**
   * The bucket of one distance. The logarithm is rounded to float32 at each step, since that
   * decides on which side of a border a distance lies.
   *
   * @param relativePosition position of the key minus that of the query
   * @param bidirectional as in encoders; otherwise keys behind the query share the bucket of
   *     distance 0
   */
  public static int bucket(
      int relativePosition, boolean bidirectional, int numBuckets, int maxDistance) {
    int perDirection = bidirectional ? numBuckets / 2 : numBuckets;
    int exact = perDirection / 2;
    int first = bidirectional && relativePosition > 0 ? perDirection : 0;
    int distance = bidirectional ? Math.abs(relativePosition) : Math.max(-relativePosition, 0);
    if (distance < exact) {
      return first + distance;
    }
    float logarithm = (float) Math.log((float) distance / exact);
    float range = (float) Math.log((double) maxDistance / exact);
    int beyond = (int) (logarithm / range * (perDirection - exact));
    return first + Math.min(exact + beyond, perDirection - 1);
  }
}
