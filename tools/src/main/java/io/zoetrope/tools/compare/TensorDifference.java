package io.zoetrope.tools.compare;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.Shape;
import java.util.OptionalDouble;

/**
 * How far a tensor of one run is from that of another.
 *
 * @param name in both
 * @param shape in the first run
 * @param other shape in the second one; the numbers below are of no use if it is another one
 * @param largest difference of two elements; infinite where one of them alone is no number
 * @param relative root mean square of the difference, as a part of the first tensor's
 * @param cosine of the angle between both, as vectors
 * @param psnr of pictures, in decibels; infinite for equal ones
 */
public record TensorDifference(
    String name,
    Shape shape,
    Shape other,
    double largest,
    double relative,
    double cosine,
    OptionalDouble psnr) {
  /** Elements that are read at once. */
  private static final int PIECE = 1 << 16;

  private static final double WHITE = 255;

  /** Compares two tensors, piece by piece. */
  static TensorDifference of(String name, StoredTensor a, StoredTensor b) {
    if (!a.shape().equals(b.shape())) {
      return new TensorDifference(
          name, a.shape(), b.shape(), Double.NaN, Double.NaN, Double.NaN, OptionalDouble.empty());
    }
    float[] first = new float[(int) Math.min(PIECE, a.count())];
    float[] second = new float[first.length];
    double largest = 0;
    double differences = 0;
    double squares = 0;
    double otherSquares = 0;
    double product = 0;
    for (long at = 0; at < a.count(); at += PIECE) {
      int count = (int) Math.min(PIECE, a.count() - at);
      a.read(at, first, 0, count);
      b.read(at, second, 0, count);
      for (int i = 0; i < count; i++) {
        double x = first[i];
        double y = second[i];
        if (x == y || (Double.isNaN(x) && Double.isNaN(y))) {
          // Infinities of the same sign, and NaN on both sides, are no difference.
          squares += Double.isFinite(x) ? x * x : 0;
          otherSquares += Double.isFinite(x) ? x * x : 0;
          product += Double.isFinite(x) ? x * x : 0;
          continue;
        }
        double difference = Math.abs(x - y);
        largest =
            Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(largest, difference);
        differences += difference * difference;
        squares += x * x;
        otherSquares += y * y;
        product += x * y;
      }
    }
    // Where one of both alone is no finite number, the sums are none either.
    boolean isEndless = largest == Double.POSITIVE_INFINITY || squares == 0;
    double relative =
        largest == 0 ? 0 : isEndless ? Double.POSITIVE_INFINITY : Math.sqrt(differences / squares);
    double cosine = largest == 0 ? 1 : product / Math.sqrt(squares * otherSquares);
    OptionalDouble psnr =
        name.endsWith("_uint8")
            ? OptionalDouble.of(10 * Math.log10(WHITE * WHITE * a.count() / differences))
            : OptionalDouble.empty();
    return new TensorDifference(name, a.shape(), b.shape(), largest, relative, cosine, psnr);
  }

  /** Whether both have the same shape, and differ relatively by so much at most. */
  boolean isWithin(double tolerance) {
    return shape.equals(other) && relative <= tolerance;
  }
}
