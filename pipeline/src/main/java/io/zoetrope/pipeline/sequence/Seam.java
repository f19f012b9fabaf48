package io.zoetrope.pipeline.sequence;

import io.zoetrope.media.VideoFrames;
import java.util.Locale;

/**
 * A place where two clips meet.
 *
 * @param frame the first frame behind it
 * @param across mean absolute difference of the frames before and behind it, in levels
 * @param within mean of the same between the frames around, on both sides
 */
public record Seam(int frame, double across, double within) {
  /** Frames that are looked at on each side. */
  private static final int AROUND = 8;

  /** From here on a seam is seen. */
  private static final double VISIBLE = 1.5;

  /** Differences below a level are noise of the encoder. */
  private static final double LEAST = 1;

  /**
   * Measures a seam.
   *
   * @param frame the first frame behind it, at least 1
   */
  static Seam of(VideoFrames clip, int frame) {
    double across = difference(clip, frame);
    double sum = 0;
    int count = 0;
    int from = Math.max(1, frame - AROUND);
    int to = Math.min(clip.frames() - 1, frame + AROUND);
    for (int i = from; i <= to; i++) {
      if (i != frame) {
        sum += difference(clip, i);
        count++;
      }
    }
    return new Seam(frame, across, count == 0 ? 0 : sum / count);
  }

  private static double difference(VideoFrames clip, int frame) {
    return Levels.difference(clip.frame(frame - 1), clip.frame(frame));
  }

  /** How many times as large the difference across it is as those around. */
  public double ratio() {
    return Math.max(across, LEAST) / Math.max(within, LEAST);
  }

  /** Whether a jump is seen. */
  public boolean isVisible() {
    return ratio() > VISIBLE;
  }

  /** The seam in words, for people. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "seam at frame %d: %.1f levels across, %.1f between the frames around",
        frame,
        across,
        within);
  }
}
