package io.zoetrope.pipeline.run;

import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.JobNeeds;
import io.zoetrope.pipeline.PipelineException;

/**
 * Refuses jobs that there is no memory for, which the system would otherwise kill midway.
 *
 * @param free what there is
 * @param heap most bytes of the Java heap
 */
record Admission(FreeMemory free, long heap) {
  /** No stage's scratch is larger than so many times the finished clip: Wan 2.1 takes about 50. */
  private static final long SCRATCH_PER_CLIP = 1000;

  /** Weights take no more than so many times their stored bytes, in all forms together. */
  private static final long FORMS_OF_WEIGHTS = 8;

  /** What takes less memory where it is weights that take most. */
  private static final String LESS_WEIGHTS =
      ", or keep less of the weights in memory: --weights q8_0 or stored, or --weights-budget";

  /** What there is now. */
  static Admission now() {
    return new Admission(FreeMemory.now(), Runtime.getRuntime().maxMemory());
  }

  /**
   * Whether a job is so small that it fits whatever its stages need: a dry run would be a good part
   * of its start-up time.
   *
   * @param weightBytes stored bytes of all weights that are held at a time
   * @param runtimeBytes what the process takes that holds nothing yet
   */
  boolean isSure(ClipSize size, long weightBytes, long runtimeBytes) {
    double most =
        runtimeBytes
            + (double) SCRATCH_PER_CLIP * size.bytes()
            + (double) FORMS_OF_WEIGHTS * weightBytes;
    return most <= free.bytes() && size.bytes() <= heap / SCRATCH_PER_CLIP;
  }

  /**
   * Compares a job with the memory that there is, and its clip with the Java heap, which holds it.
   *
   * @param computesHere whether the device computes in this memory
   * @param smaller what would take less, as an object of "use"
   * @throws PipelineException that says how much is needed and how much there is
   */
  void require(ClipSize size, JobNeeds needs, boolean computesHere, String smaller) {
    if (needs.clipBytes() > heap) {
      throw new PipelineException(
          "%s take %s MiB of Java heap, its limit is %s MiB: use a smaller size or fewer frames, or raise the limit with -Xmx"
              .formatted(size, mebibytes(needs.clipBytes()), mebibytes(heap)));
    }
    if (computesHere && needs.peakBytes() > free.bytes()) {
      throw new PipelineException(
          "%s need %s MiB of memory for the %s, %s: use %s%s"
              .formatted(
                  size,
                  mebibytes(needs.peakBytes()),
                  needs.largest().stage().title(),
                  free.reason(),
                  smaller,
                  2 * needs.largest().weightBytes() > needs.peakBytes() ? LESS_WEIGHTS : ""));
    }
  }

  private static long mebibytes(long bytes) {
    return Math.ceilDiv(bytes, 1L << 20);
  }
}
