package io.zoetrope.pipeline;

import java.util.Comparator;
import java.util.List;

/**
 * What a job needs. Unless weights are kept, each stage has closed the weights and the scratch of
 * the one before, so the largest one decides how much memory the job takes.
 *
 * @param stages in order, at least one
 * @param clipBytes bytes of the finished clip
 * @param keepsWeights whether the weights of all stages stay in memory together
 */
public record JobNeeds(List<StageNeeds> stages, long clipBytes, boolean keepsWeights) {
  /**
   * Physical memory of a process that holds nothing yet: the Java runtime with the heap and the
   * code of a small job, and FFmpeg. Measured on x86-64 with the options of the launcher;
   * docs/performance.md says how.
   */
  public static final long RUNTIME_BYTES = 76L << 20;

  /** The stage that takes most memory. */
  public StageNeeds largest() {
    return stages.stream().max(Comparator.comparingLong(this::heldBytes)).orElseThrow();
  }

  /** Most bytes of physical memory that the process holds at a time. */
  public long peakBytes() {
    return RUNTIME_BYTES + clipBytes + heldBytes(largest());
  }

  /** Most bytes of weights and scratch at a time in a stage. */
  private long heldBytes(StageNeeds stage) {
    return keepsWeights
        ? stages.stream().mapToLong(StageNeeds::weightBytes).sum() + stage.scratchBytes()
        : stage.peakBytes();
  }
}
