package io.zoetrope.pipeline;

import io.zoetrope.pipeline.Progress.Stage;

/**
 * What a stage of a job needs.
 *
 * @param stage which one
 * @param weightBytes bytes of the weight files that are open; they are mapped, so not all of them
 *     have to fit into memory
 * @param scratchBytes most bytes of activations and buffers at a time
 * @param flops multiplications and additions of the matrix work
 */
public record StageNeeds(Stage stage, long weightBytes, long scratchBytes, long flops) {}
