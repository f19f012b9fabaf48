package io.zoetrope.ops;

/** The arithmetic of memory-bound operations, as {@link Tracer.Operation} counts it. */
final class ElementWork {
  /** Mean, difference from it, square, sum of squares, division. */
  private static final int LAYER_NORM = 5;

  /** Square, sum of squares, division, weight. */
  private static final int RMS_NORM = 4;

  /** Four products and two sums for a pair of elements. */
  private static final int ROPE = 3;

  private ElementWork() {}

  /**
   * FLOPs for each element of the result; 0 for operations that do nothing but move elements or
   * multiply matrices.
   *
   * @param operation method name in {@link Ops}
   * @param vectors number of inputs beside the first one
   */
  static int flopsPerElement(String operation, int vectors) {
    return switch (operation) {
      case "add", "addInPlace", "multiply" -> 1;
      case "addGatedInPlace" -> 2;
      case "layerNorm", "adaLayerNorm" -> LAYER_NORM + vectors;
      case "rmsNorm", "channelNorm" -> RMS_NORM;
      case "ropeInPlace" -> ROPE;
      default -> 0;
    };
  }
}
