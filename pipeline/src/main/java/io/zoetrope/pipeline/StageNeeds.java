package io.zoetrope.pipeline;

import io.zoetrope.pipeline.Progress.Stage;

/**
 * What a stage of a job needs.
 *
 * @param stage which one
 * @param weightBytes bytes of the weights that linear maps and convolutions read, in the form they
 *     are multiplied by in; what is stored is read piece by piece and takes next to nothing
 * @param scratchBytes most bytes of activations, buffers and workspaces of threads at a time
 * @param flops multiplications and additions of the matrix work
 */
public record StageNeeds(Stage stage, long weightBytes, long scratchBytes, long flops) {
  /** Most bytes of weights and scratch at a time. */
  public long peakBytes() {
    return weightBytes + scratchBytes;
  }
}
