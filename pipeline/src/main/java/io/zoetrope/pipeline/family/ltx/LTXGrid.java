package io.zoetrope.pipeline.family.ltx;

import io.zoetrope.nn.PatchGrid;
import io.zoetrope.tensor.Tensor;

/**
 * Where the latents of a clip lie, in seconds and pixels. All numbers are computed in float32, in
 * the order of diffusers: angles of positions are large multiples of them.
 *
 * @param temporalScale frames per latent frame
 * @param spatialScale rows, and columns, per latent pixel
 */
record LTXGrid(int temporalScale, int spatialScale) {
  private static final int AXES = 3;

  /**
   * The coordinates of a clip whose latent frames are as long as each other ({@code
   * rope_interpolation_scale} of {@code LTXPipeline}).
   *
   * @return F32, [3, tokens]
   */
  Tensor even(PatchGrid grid, int frameRate) {
    float seconds = (float) ((double) temporalScale / frameRate);
    float[] frames = new float[grid.frames()];
    for (int i = 0; i < frames.length; i++) {
      frames[i] = i * seconds;
    }
    return coordinates(grid, frames);
  }

  /**
   * The coordinates of latent frames that begin at certain frames ({@code video_coords} of {@code
   * LTXConditionPipeline}).
   *
   * @param begins the frame at which each latent frame begins
   * @return F32, [3, tokens]
   */
  Tensor of(PatchGrid grid, int[] begins, int frameRate) {
    float seconds = (float) (1.0 / frameRate);
    float[] frames = new float[begins.length];
    for (int i = 0; i < frames.length; i++) {
      frames[i] = begins[i] * seconds;
    }
    return coordinates(grid, frames);
  }

  /** The frame at which a latent frame begins of a clip that begins at one: its first is single. */
  int begin(int latentFrame, int first) {
    return Math.max(0, latentFrame * temporalScale + 1 - temporalScale) + first;
  }

  private Tensor coordinates(PatchGrid grid, float[] frames) {
    int tokens = grid.tokens();
    float[] values = new float[AXES * tokens];
    int ofFrame = grid.height() * grid.width();
    for (int token = 0; token < tokens; token++) {
      values[token] = frames[token / ofFrame];
      values[tokens + token] = token % ofFrame / grid.width() * spatialScale;
      values[2 * tokens + token] = token % grid.width() * spatialScale;
    }
    return Tensor.of(values, AXES, tokens);
  }
}
