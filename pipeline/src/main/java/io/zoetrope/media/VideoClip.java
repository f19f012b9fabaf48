package io.zoetrope.media;

/**
 * Frames read from a file and the rate at which they play.
 *
 * @param framesPerSecond mean rate of those that are kept; 0 for a single frame
 * @param source what the file has
 */
public record VideoClip(VideoFrames frames, double framesPerSecond, Source source) {
  /**
   * What a file has, as far as it was read.
   *
   * @param width of what is shown, before it is fitted
   * @param height of what is shown, before it is fitted
   * @param isSteady whether all frames are shown for about as long
   * @param goesOn whether there are frames behind those that are kept
   */
  public record Source(int width, int height, boolean isSteady, boolean goesOn) {}
}
