package io.zoetrope.tools.bench;

/** A loaded part of a model that does the same work again and again. */
public interface Workload extends AutoCloseable {
  /**
   * What one run took.
   *
   * @param seconds wall time
   * @param flops multiplications and additions of the matrix work
   * @param scratchBytes most bytes of activations and buffers at a time
   * @param heldBytes most bytes at a time of scratch, the weights that matrix work reads, and
   *     results
   */
  record Sample(double seconds, long flops, long scratchBytes, long heldBytes) {}

  /** Does the work once. */
  Sample run();

  /** Bytes and elements of the weights that it works with. */
  WeightTotals weights();

  /** What is counted per second: {@code "it"} or {@code "frames"}. */
  String unit();

  /** How many of {@link #unit} one run makes. */
  int unitsPerRun();

  /** Releases the weights. */
  @Override
  void close();
}
