package io.zoetrope.vae.ltx;

/** How a level of the encoder ends. */
public enum Downsample {
  /** As it is. */
  NONE(1, 1),

  /** With a convolution whose stride is 2 in frames, rows and columns (0.9.0 and 0.9.1). */
  CONV(2, 2),

  /** Rows and columns move into channels (0.9.5). */
  SPATIAL(1, 2),

  /** Frames move into channels. */
  TEMPORAL(2, 1),

  /** Frames, rows and columns move into channels. */
  SPATIOTEMPORAL(2, 2);

  private final int frames;
  private final int size;

  Downsample(int frames, int size) {
    this.frames = frames;
    this.size = size;
  }

  /** Frames that become one. */
  public int frames() {
    return frames;
  }

  /** Rows, and columns, that become one. */
  public int size() {
    return size;
  }

  /** Whether what is left out of the picture moves into channels. */
  boolean movesIntoChannels() {
    return this != NONE && this != CONV;
  }
}
