package io.zoetrope.pipeline;

/**
 * How large a clip is.
 *
 * @param width in pixels
 * @param height in pixels
 * @param frames number of frames
 */
public record ClipSize(int width, int height, int frames) {
  private static final int CHANNELS = 3;

  /** Bytes of the clip, three for each pixel. */
  public long bytes() {
    // Saturates: no clip has that many, and whoever compares needs no more.
    double bytes = (double) CHANNELS * width * height * frames;
    return (long) bytes;
  }

  /** Returns the size as people read it, e.g. {@code 17 frames of 64x64}. */
  @Override
  public String toString() {
    return "%d frame%s of %dx%d".formatted(frames, frames == 1 ? "" : "s", width, height);
  }
}
