package io.zoetrope.tools.film;

import io.zoetrope.pipeline.PipelineException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * How many frames of a shot are made and shown. The shots of a film take as long as they are to
 * take, to the frame: a crossfade does not shorten them, the shot before goes on beneath instead.
 *
 * @param made frames that the model makes
 * @param shown frames that are shown, from the first one on
 * @param fade frames at the beginning in which the shot before fades out
 * @param continues the frame of the shot before that this one begins with; -1 for none. That frame
 *     is shown once, as the first one of this shot
 */
public record ShotLength(int made, int shown, int fade, int continues) {
  /**
   * The lengths of a film's shots.
   *
   * @param framesPerSecond of the film
   * @param ownFrames of a shot that does not say how long it is
   * @param makeable the fewest frames that the model makes and that are as many as are needed
   * @throws PipelineException that names a shot which is shorter than a frame or than its crossfade
   */
  public static List<ShotLength> of(
      List<Shot> shots, int framesPerSecond, int ownFrames, IntUnaryOperator makeable) {
    int count = shots.size();
    int[] shown = new int[count];
    int[] fades = new int[count];
    double seconds = 0;
    int end = 0;
    for (int i = 0; i < count; i++) {
      Shot shot = shots.get(i);
      seconds += shot.seconds().orElse((double) ownFrames / framesPerSecond);
      // Rounded from the film's beginning on, or fractions of frames would add up.
      int next = Math.toIntExact(Math.round(seconds * framesPerSecond));
      shown[i] = next - end;
      end = next;
      if (shown[i] < 1) {
        throw new PipelineException(
            "%s: it is shorter than a frame at %d frames a second"
                .formatted(shot.place(), framesPerSecond));
      }
      if (i > 0 && shot.transition() == Transition.CROSSFADE) {
        fades[i] = fade(shot, framesPerSecond, shown[i]);
      }
      if (fades[i] > shown[i]) {
        throw new PipelineException(
            "%s: its crossfade takes %d frames, the shot only %d"
                .formatted(shot.place(), fades[i], shown[i]));
      }
    }
    return lengths(shots, shown, fades, makeable);
  }

  private static int fade(Shot shot, int framesPerSecond, int shown) {
    return shot.fadeSeconds().isPresent()
        ? (int) Math.round(shot.fadeSeconds().getAsDouble() * framesPerSecond)
        : Math.min((int) Math.round(Shot.FADE_SECONDS * framesPerSecond), shown / 2);
  }

  private static List<ShotLength> lengths(
      List<Shot> shots, int[] shown, int[] fades, IntUnaryOperator makeable) {
    List<ShotLength> lengths = new ArrayList<>();
    int lastFrame = -1;
    for (int i = 0; i < shots.size(); i++) {
      boolean continues = shots.get(i).continues();
      boolean isContinued = i + 1 < shots.size() && shots.get(i + 1).continues();
      int frames = continues ? shown[i] + 1 : shown[i];
      int fadeBehind = i + 1 < shots.size() ? fades[i + 1] : 0;
      int rest = isContinued ? frames - 1 : frames;
      if (rest < Math.max(1, fades[i])) {
        throw new PipelineException(
            "%s: it is too short for the shot that goes on from it"
                .formatted(shots.get(i).place()));
      }
      lengths.add(
          new ShotLength(
              makeable.applyAsInt(frames + fadeBehind),
              rest,
              fades[i],
              continues ? lastFrame : -1));
      lastFrame = frames - 1;
    }
    return List.copyOf(lengths);
  }
}
