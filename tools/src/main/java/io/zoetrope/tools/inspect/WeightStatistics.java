package io.zoetrope.tools.inspect;

import io.zoetrope.encoding.StoredTensor;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The numbers of a weight: where they lie, and how many are out of the ordinary.
 *
 * @param least the smallest of the finite ones; NaN if there are none
 * @param most the largest of them
 * @param mean of them
 * @param deviation standard deviation of them
 * @param outliers how many of them are larger, by magnitude, than {@link #FAR} times their root
 *     mean square; magnitudes are compared by 8 bits, as BF16 has them
 * @param nans how many are no numbers
 * @param infinities how many are infinite, of either sign
 */
public record WeightStatistics(
    float least,
    float most,
    double mean,
    double deviation,
    long outliers,
    long nans,
    long infinities) {
  /** In a normal distribution 2 elements of 1e9 are larger. */
  static final int FAR = 6;

  /** Elements that one task reads: whole blocks of every encoding. */
  private static final int PIECE = 1 << 20;

  /** Magnitudes, by exponent and the first 7 bits of the fraction. */
  private static final int BINS = 1 << 15;

  /** Sums over elements, and how many there are of each magnitude. */
  private static final class Sums {
    private final long[] bins = new long[BINS];
    private float least = Float.POSITIVE_INFINITY;
    private float most = Float.NEGATIVE_INFINITY;
    private long finite;
    private double mean;
    private double squares;
    private long nans;
    private long infinities;

    /** Sums over some elements. */
    static Sums of(float[] values) {
      Sums sums = new Sums();
      double sum = 0;
      for (float value : values) {
        if (Float.isFinite(value)) {
          sums.bins[bin(value)]++;
          sums.least = Math.min(sums.least, value);
          sums.most = Math.max(sums.most, value);
          sum += value;
          sums.finite++;
        } else if (Float.isNaN(value)) {
          sums.nans++;
        } else {
          sums.infinities++;
        }
      }
      sums.mean = sums.finite == 0 ? 0 : sum / sums.finite;
      for (float value : values) {
        if (Float.isFinite(value)) {
          sums.squares += (value - sums.mean) * (value - sums.mean);
        }
      }
      return sums;
    }

    private static int bin(double value) {
      return Float.floatToRawIntBits((float) Math.abs(value)) >>> 16;
    }

    /**
     * Joins sums over other elements: Chan, Golub and LeVeque, "Updating Formulae and a Pairwise
     * Algorithm for Computing Sample Variances", 1979.
     */
    void add(Sums other) {
      long both = Math.max(1, finite + other.finite);
      double difference = other.mean - mean;
      squares += other.squares + difference * difference * finite * other.finite / both;
      mean += difference * other.finite / both;
      finite += other.finite;
      least = Math.min(least, other.least);
      most = Math.max(most, other.most);
      nans += other.nans;
      infinities += other.infinities;
      for (int i = 0; i < BINS; i++) {
        bins[i] += other.bins[i];
      }
    }

    WeightStatistics statistics() {
      if (finite == 0) {
        return new WeightStatistics(
            Float.NaN, Float.NaN, Double.NaN, Double.NaN, 0, nans, infinities);
      }
      double variance = squares / finite;
      double far = FAR * Math.sqrt(variance + mean * mean);
      long outliers = 0;
      for (int i = bin(Math.min(far, Float.MAX_VALUE)) + 1; i < BINS; i++) {
        outliers += bins[i];
      }
      return new WeightStatistics(
          least, most, mean, Math.sqrt(variance), outliers, nans, infinities);
    }
  }

  /**
   * Reads a weight once, on all processors; what comes of it is the same for any number of them.
   *
   * @return empty if its elements are no numbers, as the codes of quantized weights
   */
  public static Optional<WeightStatistics> of(StoredTensor tensor) {
    if (!tensor.encoding().holdsNumbers()) {
      return Optional.empty();
    }
    Sums all = new Sums();
    int pieces = Math.toIntExact(Math.ceilDiv(tensor.count(), PIECE));
    int batch = Runtime.getRuntime().availableProcessors();
    for (int first = 0; first < pieces; first += batch) {
      IntStream.range(first, Math.min(pieces, first + batch))
          .parallel()
          .mapToObj(piece -> Sums.of(read(tensor, piece)))
          .toList()
          .forEach(all::add);
    }
    return Optional.of(all.statistics());
  }

  private static float[] read(StoredTensor tensor, int piece) {
    long first = (long) piece * PIECE;
    float[] values = new float[(int) Math.min(PIECE, tensor.count() - first)];
    tensor.read(first, values, 0, values.length);
    return values;
  }
}
