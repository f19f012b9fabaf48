package io.zoetrope.pipeline.sequence;

import io.zoetrope.media.VideoFrames;
import java.util.Locale;
import java.util.Optional;

/** Whether a clip gets brighter, darker, paler or harsher the longer it goes on. */
final class Drift {
  private static final double MOST_SHIFT = 20;
  private static final double MOST_GAIN = 1.5;

  /** Below it, in levels, there is no contrast that could change. */
  private static final double LEAST_CONTRAST = 4;

  private Drift() {}

  /**
   * Compares two frames of a clip.
   *
   * @param given a frame that was there
   * @param made a frame far from it
   * @return what has changed, as the rest of a sentence; empty if it is little
   */
  static Optional<String> between(VideoFrames given, VideoFrames made) {
    Levels from = Levels.of(given);
    Levels to = Levels.of(made);
    String[] colours = {"red", "green", "blue"};
    for (int i = 0; i < colours.length; i++) {
      double shift = to.mean()[i] - from.mean()[i];
      if (Math.abs(shift) > MOST_SHIFT) {
        return Optional.of(
            String.format(
                Locale.ROOT,
                "%s has gone from %.0f to %.0f of 255",
                colours[i],
                from.mean()[i],
                to.mean()[i]));
      }
      double before = Math.max(LEAST_CONTRAST, from.deviation()[i]);
      double after = Math.max(LEAST_CONTRAST, to.deviation()[i]);
      if (Math.max(before / after, after / before) > MOST_GAIN) {
        return Optional.of(
            String.format(
                Locale.ROOT,
                "the contrast of %s has gone from %.0f to %.0f levels",
                colours[i],
                from.deviation()[i],
                to.deviation()[i]));
      }
    }
    return Optional.empty();
  }
}
