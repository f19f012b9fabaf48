package io.zoetrope.pipeline;

import io.zoetrope.media.VideoFrames;
import java.util.Arrays;

/** What tests see in pictures. */
final class Colours {
  private Colours() {}

  /**
   * Where pixels of a colour are.
   *
   * @param x mean column
   * @param y mean row
   */
  record Place(int pixels, double x, double y) {}

  /** Numbers separated by spaces. */
  static int[] parse(String numbers) {
    return Arrays.stream(numbers.strip().split("\\s+")).mapToInt(Integer::parseInt).toArray();
  }

  /** The pixels of a frame whose hue is near that of a colour and that are clearly coloured. */
  static Place centre(byte[] frame, int width, int[] colour) {
    float hue = java.awt.Color.RGBtoHSB(colour[0], colour[1], colour[2], null)[0];
    int count = 0;
    double x = 0;
    double y = 0;
    for (int i = 0; i < frame.length / 3; i++) {
      float[] hsb =
          java.awt.Color.RGBtoHSB(
              frame[3 * i] & 0xff, frame[3 * i + 1] & 0xff, frame[3 * i + 2] & 0xff, null);
      float away = Math.abs(hsb[0] - hue);
      if (Math.min(away, 1 - away) < 0.06 && hsb[1] > 0.5 && hsb[2] > 0.25) {
        count++;
        x += i % width;
        y += i / width;
      }
    }
    return new Place(count, x / count, y / count);
  }

  static double psnr(VideoFrames a, VideoFrames b) {
    double squares = 0;
    long count = 0;
    for (int f = 0; f < a.frames(); f++) {
      byte[] left = a.frame(f);
      byte[] right = b.frame(f);
      for (int i = 0; i < left.length; i++) {
        squares += Math.pow((left[i] & 0xff) - (right[i] & 0xff), 2);
        count++;
      }
    }
    return 10 * Math.log10(255.0 * 255.0 * count / squares);
  }
}
