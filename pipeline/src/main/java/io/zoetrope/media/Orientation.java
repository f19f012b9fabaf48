package io.zoetrope.media;

import java.io.IOException;

/**
 * How a decoded picture is to be shown: rows and columns exchanged first, then the result mirrored.
 * Cameras save what they see as it lies on the sensor, and say this beside it.
 *
 * @param transposed whether rows become columns
 * @param mirrored whether left and right are exchanged, in what is shown
 * @param flipped whether top and bottom are exchanged, in what is shown
 */
record Orientation(boolean transposed, boolean mirrored, boolean flipped) {
  /** The picture as it is. */
  static final Orientation AS_STORED = new Orientation(false, false, false);

  private static final int CHANNELS = 3;

  /**
   * The orientation that a display matrix stands for (ISO/IEC 14496-12, 6.2.2): {@code x' = a x + c
   * y}, {@code y' = b x + d y}. Only signs count; a matrix of zeros stands for nothing.
   *
   * @throws IOException if it is no quarter turn and no mirror image
   */
  static Orientation of(int a, int b, int c, int d) throws IOException {
    if (b == 0 && c == 0 && (a == 0) == (d == 0)) {
      return new Orientation(false, a < 0, d < 0);
    } else if (a == 0 && d == 0 && b != 0 && c != 0) {
      return new Orientation(true, c < 0, b < 0);
    }
    throw new IOException("it is to be shown turned by less than a quarter; turn it first");
  }

  /** Width of what is shown. */
  int width(int storedWidth, int storedHeight) {
    return transposed ? storedHeight : storedWidth;
  }

  /** Height of what is shown. */
  int height(int storedWidth, int storedHeight) {
    return transposed ? storedWidth : storedHeight;
  }

  /**
   * What is shown, [height, width, 3], uint8; the array itself if nothing changes.
   *
   * @param rgb [storedHeight, storedWidth, 3], uint8
   */
  byte[] apply(byte[] rgb, int storedWidth, int storedHeight) {
    if (equals(AS_STORED)) {
      return rgb;
    }
    int width = width(storedWidth, storedHeight);
    int height = height(storedWidth, storedHeight);
    byte[] shown = new byte[rgb.length];
    int at = 0;
    for (int row = 0; row < height; row++) {
      int down = flipped ? height - 1 - row : row;
      for (int column = 0; column < width; column++) {
        int right = mirrored ? width - 1 - column : column;
        int pixel = transposed ? right * storedWidth + down : down * storedWidth + right;
        for (int channel = 0; channel < CHANNELS; channel++) {
          shown[at++] = rgb[pixel * CHANNELS + channel];
        }
      }
    }
    return shown;
  }
}
