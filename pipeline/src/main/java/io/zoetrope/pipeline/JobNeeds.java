package io.zoetrope.pipeline;

import java.util.Comparator;
import java.util.List;

/**
 * What a job needs. Unless weights are kept, each stage has closed the weights and the scratch of
 * the one before, so the largest one decides how much memory the job takes.
 *
 * @param stages in order, at least one
 * @param clipBytes bytes of the finished clip and of the inputs, which lie on the Java heap
 * @param keepsWeights whether the weights of all stages stay in memory together
 * @param runtimeBytes what a process takes that holds nothing yet
 */
public record JobNeeds(
    List<StageNeeds> stages, long clipBytes, boolean keepsWeights, long runtimeBytes) {
  /** The stage that takes most memory. */
  public StageNeeds largest() {
    return stages.stream().max(Comparator.comparingLong(this::heldBytes)).orElseThrow();
  }

  /** Most bytes of physical memory that the process holds at a time. */
  public long peakBytes() {
    return runtimeBytes + clipBytes + heldBytes(largest());
  }

  /** Most bytes of weights and scratch at a time in a stage. */
  private long heldBytes(StageNeeds stage) {
    return keepsWeights
        ? stages.stream().mapToLong(StageNeeds::weightBytes).sum() + stage.scratchBytes()
        : stage.peakBytes();
  }
}
