package io.zoetrope.pipeline.sequence;

import io.zoetrope.media.VideoFrames;

/**
 * A change of brightness and contrast, colour by colour, that makes frames of a new clip look like
 * those that they repeat: autoencoders do not give colours back exactly, and from round to round
 * the error would grow.
 */
final class ColourMatch {
  /** More than an autoencoder changes is not its error, but another picture. */
  private static final double MOST_SHIFT = 24;

  private static final double MOST_GAIN = 1.25;
  private static final int COLOURS = 3;
  private static final int LEVELS = 256;

  /** What each level of each colour becomes. */
  private final byte[][] table = new byte[COLOURS][LEVELS];

  /**
   * A match.
   *
   * @param made frames as they were made
   * @param wanted the frames that they repeat
   */
  ColourMatch(VideoFrames made, VideoFrames wanted) {
    Levels from = Levels.of(made);
    Levels to = Levels.of(wanted);
    for (int colour = 0; colour < COLOURS; colour++) {
      double deviation = Math.max(1, from.deviation()[colour]);
      double gain = Math.clamp(to.deviation()[colour] / deviation, 1 / MOST_GAIN, MOST_GAIN);
      double shift = Math.clamp(to.mean()[colour] - from.mean()[colour], -MOST_SHIFT, MOST_SHIFT);
      for (int level = 0; level < LEVELS; level++) {
        double matched = (level - from.mean()[colour]) * gain + from.mean()[colour] + shift;
        table[colour][level] = (byte) Math.clamp(Math.round(matched), 0, LEVELS - 1);
      }
    }
  }

  VideoFrames apply(VideoFrames clip) {
    byte[] rgb = clip.toArray();
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = table[i % COLOURS][rgb[i] & 0xff];
    }
    return new VideoFrames(clip.width(), clip.height(), clip.frames(), rgb);
  }
}
