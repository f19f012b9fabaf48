package io.zoetrope.pipeline.run;

import io.zoetrope.media.VideoFrames;
import java.util.Random;

/**
 * A clip of moving discs of all sizes and colours, which hide each other: pictures of this kind
 * have the statistics of natural ones (dead leaves; Lee, Mumford and Huang, "Occlusion Models for
 * Natural Images", 2001). One of a number is always the same.
 */
final class DeadLeaves {
  /** Number of the first clip. */
  static final int FIRST = 1;

  private static final int DISCS = 1500;

  /** Of the smallest disc, as a share of a side. */
  private static final double SMALLEST = 1 / 64.0;

  private static final double LARGEST = 1 / 3.0;

  /** Furthest way of a disc between two frames, as a share of a side. */
  private static final double FASTEST = 1 / 64.0;

  private DeadLeaves() {}

  /**
   * A clip of square frames.
   *
   * @param number which of the clips
   */
  static VideoFrames clip(int side, int frames, int number) {
    byte[] rgb = new byte[3 * side * side * frames];
    Random random = new Random(number);
    for (int disc = 0; disc < DISCS; disc++) {
      // Radii have the density 1 / radius^3, as objects at all distances have.
      double radius = side * Math.min(LARGEST, SMALLEST / Math.sqrt(random.nextDouble()));
      double x = side * random.nextDouble();
      double y = side * random.nextDouble();
      double right = side * FASTEST * (2 * random.nextDouble() - 1);
      double down = side * FASTEST * (2 * random.nextDouble() - 1);
      byte[] colour = new byte[3];
      random.nextBytes(colour);
      for (int frame = 0; frame < frames; frame++) {
        fill(rgb, side, frame, x + frame * right, y + frame * down, radius, colour);
      }
    }
    return new VideoFrames(side, side, frames, rgb);
  }

  private static void fill(
      byte[] rgb, int side, int frame, double x, double y, double radius, byte[] colour) {
    int bottom = (int) Math.min(side - 1, y + radius);
    for (int row = (int) Math.max(0, Math.ceil(y - radius)); row <= bottom; row++) {
      double half = Math.sqrt(radius * radius - (row - y) * (row - y));
      int right = (int) Math.min(side - 1, x + half);
      for (int column = (int) Math.max(0, Math.ceil(x - half)); column <= right; column++) {
        System.arraycopy(colour, 0, rgb, 3 * ((frame * side + row) * side + column), 3);
      }
    }
  }
}
