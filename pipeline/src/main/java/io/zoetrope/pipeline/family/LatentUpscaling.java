package io.zoetrope.pipeline.family;

import io.zoetrope.pipeline.PipelineException;
import java.nio.file.Path;

/**
 * A network that enlarges latents before they are decoded, and what is done to its result.
 *
 * @param folder of the network, or of a pipeline with it
 * @param adainFactor how far mean and deviation of each channel become those of the given latents;
 *     0 for not at all
 * @param toneMapCompressionRatio how far large values are made smaller, from 0 to 1
 */
public record LatentUpscaling(Path folder, double adainFactor, double toneMapCompressionRatio) {
  private static final double MOST_ADAIN = 10;

  /**
   * Checks the numbers.
   *
   * @throws PipelineException that says which there are
   */
  public LatentUpscaling {
    if (!(adainFactor >= 0 && adainFactor <= MOST_ADAIN)) {
      throw new PipelineException(
          "AdaIN factor %s is not between 0 and %.0f".formatted(adainFactor, MOST_ADAIN));
    }
    if (!(toneMapCompressionRatio >= 0 && toneMapCompressionRatio <= 1)) {
      throw new PipelineException(
          "tone mapping %s is not between 0 and 1".formatted(toneMapCompressionRatio));
    }
  }
}
