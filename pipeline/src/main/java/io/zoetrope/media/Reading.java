package io.zoetrope.media;

import java.util.function.UnaryOperator;

/**
 * How a clip is read: which frames of it, and what becomes of each.
 *
 * @param mostFrames how many are kept at most
 * @param cuts whether a clip that has more is cut; else it is refused
 * @param framesPerSecond frames that are kept of every second, by the times at which the file shows
 *     them; 0 for each one once
 * @param background colour behind what is transparent
 * @param fitting what is done to a frame before it is kept: a clip of one frame becomes another, of
 *     the same size for all of them
 */
public record Reading(
    int mostFrames,
    boolean cuts,
    double framesPerSecond,
    Colour background,
    UnaryOperator<VideoFrames> fitting) {
  /** Each frame once and as it is, over white, unless there are more than that. */
  public static Reading all(int mostFrames) {
    return new Reading(mostFrames, false, 0, Colour.WHITE, frame -> frame);
  }

  /** The first frames, as they are and over white, however many there are. */
  public static Reading first(int frames) {
    return new Reading(frames, true, 0, Colour.WHITE, frame -> frame);
  }

  /** The same, so many frames of every second. */
  public Reading at(double framesPerSecond) {
    return new Reading(mostFrames, cuts, framesPerSecond, background, fitting);
  }

  /** The same, over another colour. */
  public Reading over(Colour background) {
    return new Reading(mostFrames, cuts, framesPerSecond, background, fitting);
  }

  /** The same, each frame changed so. */
  public Reading with(UnaryOperator<VideoFrames> fitting) {
    return new Reading(mostFrames, cuts, framesPerSecond, background, fitting);
  }
}
