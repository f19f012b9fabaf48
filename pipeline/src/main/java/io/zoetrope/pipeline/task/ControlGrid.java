package io.zoetrope.pipeline.task;

/**
 * How the latents of a model with a control branch lie in a clip.
 *
 * @param spatialScale rows, and columns, per latent pixel
 * @param multiple pixels that sides of a control clip are multiples of
 * @param hints how many blocks of the transformer the branch gives hints to
 */
public record ControlGrid(int spatialScale, int multiple, int hints) {
  /** Channels of a mask: one for each pixel of a latent one. */
  public int maskChannels() {
    return spatialScale * spatialScale;
  }
}
