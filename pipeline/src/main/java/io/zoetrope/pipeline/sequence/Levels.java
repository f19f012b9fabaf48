package io.zoetrope.pipeline.sequence;

import io.zoetrope.media.VideoFrames;

/**
 * Brightness and contrast of each colour of a clip, in levels from 0 to 255.
 *
 * @param mean of red, green and blue
 * @param deviation standard deviation of each
 */
record Levels(double[] mean, double[] deviation) {
  private static final int COLOURS = 3;

  static Levels of(VideoFrames clip) {
    double[] sum = new double[COLOURS];
    double[] squares = new double[COLOURS];
    for (int i = 0; i < clip.frames(); i++) {
      byte[] frame = clip.frame(i);
      for (int k = 0; k < frame.length; k++) {
        int level = frame[k] & 0xff;
        sum[k % COLOURS] += level;
        squares[k % COLOURS] += (double) level * level;
      }
    }
    double count = (double) clip.width() * clip.height() * clip.frames();
    double[] mean = new double[COLOURS];
    double[] deviation = new double[COLOURS];
    for (int colour = 0; colour < COLOURS; colour++) {
      mean[colour] = sum[colour] / count;
      double variance = squares[colour] / count - mean[colour] * mean[colour];
      deviation[colour] = Math.sqrt(Math.max(0, variance));
    }
    return new Levels(mean, deviation);
  }

  /** Mean absolute difference of two frames of the same size, in levels. */
  static double difference(byte[] a, byte[] b) {
    long sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.abs((a[i] & 0xff) - (b[i] & 0xff));
    }
    return (double) sum / a.length;
  }
}
