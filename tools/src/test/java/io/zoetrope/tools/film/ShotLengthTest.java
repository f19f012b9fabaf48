package io.zoetrope.tools.film;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tools.shot.ShotPrompt;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ShotLengthTest {
  private static Shot shot(double seconds, Transition transition, boolean continues) {
    return new Shot(
        "here",
        ShotPrompt.of("a ball"),
        "",
        Optional.empty(),
        continues,
        seconds > 0 ? OptionalDouble.of(seconds) : OptionalDouble.empty(),
        OptionalLong.empty(),
        transition,
        seconds < 1 ? OptionalDouble.of(0.5) : OptionalDouble.empty());
  }

  private static Shot cut(double seconds) {
    return shot(seconds, Transition.CUT, false);
  }

  /** With a model that makes 4n + 1 frames, 17 of itself. */
  private static List<ShotLength> lengths(int framesPerSecond, Shot... shots) {
    return ShotLength.of(List.of(shots), framesPerSecond, 17, frames -> (frames + 2) / 4 * 4 + 1);
  }

  private static int shown(List<ShotLength> lengths) {
    return lengths.stream().mapToInt(ShotLength::shown).sum();
  }

  @Test
  void shotsAreCutToTheLengthThatIsAskedFor() {
    assertEquals(
        List.of(
            new ShotLength(17, 16, 0, -1),
            new ShotLength(9, 8, 0, -1),
            new ShotLength(17, 17, 0, -1)),
        lengths(8, cut(2), cut(1), cut(0)));
  }

  @Test
  void fractionsOfFramesDoNotAddUp() {
    Shot[] shots = Stream.generate(() -> cut(0.31)).limit(100).toArray(Shot[]::new);
    assertEquals(Math.round(31 * 16), shown(lengths(16, shots)));
  }

  /** The shot before goes on for half a second, which is made in addition. */
  @Test
  void crossfadesShortenNothing() {
    List<ShotLength> lengths = lengths(8, cut(2), shot(2, Transition.CROSSFADE, false), cut(2));
    assertEquals(48, shown(lengths));
    assertEquals(new ShotLength(21, 16, 0, -1), lengths.getFirst());
    assertEquals(new ShotLength(17, 16, 4, -1), lengths.get(1));
  }

  @Test
  void aCrossfadeTakesNoMoreThanHalfOfAShotUnlessItIsTold() {
    List<ShotLength> lengths = lengths(24, cut(1), shot(0, Transition.CROSSFADE, false));
    assertEquals(12, lengths.getLast().fade());
    Shot told = shot(0.75, Transition.CROSSFADE, false);
    assertEquals(8, lengths(16, cut(1), told).getLast().fade());
    Shot untold = shot(1, Transition.CROSSFADE, false);
    assertEquals(1, lengths(2, cut(1), untold).getLast().fade());
  }

  /** The frame that two shots have in common is shown once. */
  @Test
  void aShotMayGoOnFromTheOneBefore() {
    Shot further = shot(2, Transition.CUT, true);
    List<ShotLength> lengths = lengths(8, cut(2), further, further);
    assertEquals(48, shown(lengths));
    assertEquals(
        List.of(
            new ShotLength(17, 15, 0, -1),
            new ShotLength(17, 16, 0, 15),
            new ShotLength(17, 17, 0, 16)),
        lengths);
  }

  @Test
  void refusesShotsThatAreTooShort() {
    PipelineException frame =
        assertThrows(PipelineException.class, () -> lengths(8, cut(2), cut(0.01)));
    assertTrue(frame.getMessage().contains("shorter than a frame"), frame.getMessage());
    Shot faded = shot(0.25, Transition.CROSSFADE, false);
    PipelineException fade = assertThrows(PipelineException.class, () -> lengths(8, cut(2), faded));
    assertTrue(fade.getMessage().contains("takes 4 frames, the shot only 2"), fade.getMessage());
    PipelineException going =
        assertThrows(
            PipelineException.class, () -> lengths(8, cut(0.125), shot(1, Transition.CUT, true)));
    assertTrue(going.getMessage().contains("too short for the shot"), going.getMessage());
  }
}
