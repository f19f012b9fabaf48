package io.zoetrope.dit;

import io.zoetrope.tensor.Tensor;
import java.util.List;

/**
 * What a second branch of a transformer reads, the same in all steps.
 *
 * @param latents F32, [channels, frames, height, width], in host memory; may be smaller than what
 *     is denoised, whose last tokens then have none beside them
 * @param scales how much each of the branch's hints counts, one for each
 */
public record Control(Tensor latents, List<Double> scales) {}
