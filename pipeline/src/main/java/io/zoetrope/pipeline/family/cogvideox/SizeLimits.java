package io.zoetrope.pipeline.family.cogvideox;

import io.zoetrope.dit.cogvideox.CogVideoXConfig;
import io.zoetrope.dit.cogvideox.CogVideoXConfig.Positions;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.PipelineException;

/**
 * Which sizes a model knows positions of: version 1.5 counts up to those that it was trained with,
 * and positions that were learned are of one size.
 *
 * @param scale rows, and columns, of a latent pixel
 */
record SizeLimits(CogVideoXConfig config, int scale) {
  /**
   * Checks a size.
   *
   * @throws PipelineException that names those that there are
   */
  void check(ClipSize size) {
    int width = config.sampleWidth() * scale;
    int height = config.sampleHeight() * scale;
    boolean isTrained = size.width() == width && size.height() == height;
    if (config.positions() == Positions.ROTARY_AND_LEARNED && !isTrained) {
      throw new PipelineException(
          "size %dx%d: the model has learned positions of %dx%d alone; use that"
              .formatted(size.width(), size.height(), width, height));
    }
    if (config.patchesInTime() && (size.width() > width || size.height() > height)) {
      throw new PipelineException(
          "size %dx%d: the model knows positions up to %dx%d; use at most that"
              .formatted(size.width(), size.height(), width, height));
    }
  }
}
