package io.zoetrope.ops.cases;

/** What the error of a result may be measured by, beside the rounding to its dtype. */
public enum Bound {
  /** Nothing: results are equal to the bit. */
  EQUAL,
  /** Nothing but the rounding of a result in float64. */
  ROUNDED,
  /** The last bit of the largest value. */
  CLOSE,
  /** The largest value, which bounds what was added up. */
  LARGEST,
  /** What was added up: the result for the absolute values of all operands. */
  SUMS,
  /**
   * As {@link #SUMS}; the result was rounded once more before it was added to the first operand.
   */
  ADDED,
  /**
   * As {@link #SUMS}; the result was rounded once more before it was multiplied by the first one.
   */
  MULTIPLIED,
  /** The first operand times a pair of the last two, which are cosines and sines. */
  ROTATED,
  /** As {@link #ROTATED}; a norm was rounded before. */
  NORMALISED,
  /** The values of an attention, and how far an error of its scores moves weight among them. */
  SCORES
}
