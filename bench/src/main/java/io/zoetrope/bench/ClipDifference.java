package io.zoetrope.bench;

import io.zoetrope.media.VideoFrames;

/**
 * How far a clip is from another one of the same size, in levels of 8 bits.
 *
 * @param squared mean of the squared differences of pixels
 * @param temporal mean of the absolute differences between what changes from each frame to the next
 *     in one clip and in the other
 */
record ClipDifference(double squared, double temporal) {
  private static final int MOST = 255;

  /**
   * Compares two clips.
   *
   * @param clip frames of the size of {@code whole}, at least two
   */
  static ClipDifference of(VideoFrames whole, VideoFrames clip) {
    int[] error = null;
    double squares = 0;
    double changes = 0;
    long pixels = 0;
    for (int frame = 0; frame < whole.frames(); frame++) {
      int[] now = error(whole.frame(frame), clip.frame(frame));
      for (int i = 0; i < now.length; i++) {
        squares += (double) now[i] * now[i];
        changes += error == null ? 0 : Math.abs(now[i] - error[i]);
      }
      pixels += now.length;
      error = now;
    }
    long pairs = pixels / whole.frames() * (whole.frames() - 1);
    return new ClipDifference(squares / pixels, changes / pairs);
  }

  private static int[] error(byte[] expected, byte[] actual) {
    int[] error = new int[expected.length];
    for (int i = 0; i < error.length; i++) {
      error[i] = Byte.toUnsignedInt(actual[i]) - Byte.toUnsignedInt(expected[i]);
    }
    return error;
  }

  /** The peak signal-to-noise ratio of a mean of squares, in decibels. */
  static double psnr(double squared) {
    return 10 * Math.log10(MOST * MOST / squared);
  }
}
