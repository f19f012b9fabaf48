package io.zoetrope.media;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Frames of one pixel, whose level is their number. */
class FrameCollectorTest {
  private static final double MILLISECOND = 0.001;

  private static VideoClip collect(Reading reading, double lastShown, double... times)
      throws IOException {
    FrameCollector collector = new FrameCollector(reading, MILLISECOND);
    for (int i = 0; i < times.length && !collector.isFull(); i++) {
      byte level = (byte) i;
      collector.requireSize(1, 1);
      // As containers do that count milliseconds.
      double time = Math.rint(times[i] / MILLISECOND) * MILLISECOND;
      collector.add(new VideoFrames(1, 1, 1, new byte[] {level, level, level}), time);
    }
    return collector.clip(lastShown);
  }

  private static double[] times(int count, double rate) {
    return IntStream.range(0, count).mapToDouble(i -> i / rate).toArray();
  }

  private static String numbers(VideoClip clip) {
    return IntStream.range(0, clip.frames().frames())
        .mapToObj(i -> String.valueOf(clip.frames().frame(i)[0]))
        .collect(Collectors.joining(" "));
  }

  @Test
  void eachFrameOnce() throws IOException {
    VideoClip clip = collect(Reading.all(5), 0, times(5, 30));
    assertEquals("0 1 2 3 4", numbers(clip));
    assertEquals(30, clip.framesPerSecond(), 0.3);
    assertTrue(clip.source().isSteady());
    assertFalse(clip.source().goesOn());
    assertEquals(0, collect(Reading.all(5), 1, 7).framesPerSecond());
  }

  /** A second stays a second, at whatever rate. */
  @Test
  void framesAreThoseThatAreShownThen() throws IOException {
    VideoClip slower = collect(Reading.all(99).at(16), 1 / 30.0, times(30, 30));
    assertEquals("0 1 3 5 7 9 11 13 15 16 18 20 22 24 26 28", numbers(slower));
    assertEquals(16, slower.framesPerSecond());
    assertEquals("0 4 8 12", numbers(collect(Reading.all(99).at(15), 1 / 60.0, times(16, 60))));
    assertEquals("0 0 1 1 2 2", numbers(collect(Reading.all(99).at(50), 0.04, times(3, 25))));
  }

  /** Times that are rounded make no frame appear twice, nor another vanish. */
  @Test
  void theSameRateChangesNothing() throws IOException {
    for (double rate : new double[] {8, 15, 16, 23.976, 24, 25, 29.97, 30, 50, 59.94, 60}) {
      VideoClip clip = collect(Reading.all(121).at(rate), 0, times(121, rate));
      assertEquals(numbers(collect(Reading.all(121), 0, times(121, rate))), numbers(clip));
    }
  }

  @Test
  void timesThatVaryAreKept() throws IOException {
    double[] times = {2, 2.1, 2.5, 2.6};
    assertEquals("0 1 1 1 1 2 3 3", numbers(collect(Reading.all(9).at(10), 0.2, times)));
    assertFalse(collect(Reading.all(9), 0.2, times).source().isSteady());
  }

  @Test
  void aSingleFrameIsOne() throws IOException {
    assertEquals("0", numbers(collect(Reading.all(9).at(100), 1, 3)));
  }

  @Test
  void whatIsLongerIsCutOrRefused() throws IOException {
    VideoClip cut = collect(Reading.first(3), 0, times(9, 10));
    assertEquals("0 1 2", numbers(cut));
    assertTrue(cut.source().goesOn());
    assertFalse(collect(Reading.first(3), 0, times(3, 10)).source().goesOn());
    assertEquals("0 0 0 0", numbers(collect(Reading.first(4).at(10), 0, 0, 1e9)));
    String message =
        assertThrows(IOException.class, () -> collect(Reading.all(3), 0, times(4, 10)))
            .getMessage();
    assertEquals("it has more than 3 frames; cut it first", message);
  }

  @Test
  void framesAreFittedAndOfOneSize() throws IOException {
    Fitting fitting = new Fitting(Fit.CONTAIN, 3, 1, Colour.WHITE);
    VideoClip clip = collect(Reading.all(9).with(fitting::apply), 0, times(2, 10));
    assertEquals("2 frames of 3x1", clip.frames().toString());
    assertEquals(1, clip.source().width());
    assertEquals("255 255 255 1 1 1 255 255 255", TestClips.levels(clip.frames().frame(1)));
    FrameCollector collector = new FrameCollector(Reading.all(2), 1);
    collector.add(new VideoFrames(1, 1, 1, new byte[3]), 0);
    assertThrows(IOException.class, () -> collector.requireSize(1, 2));
  }

  @Test
  void timesThatAreMissingCannotBeKept() throws IOException {
    double[] none = DoubleStream.generate(() -> Double.NaN).limit(2).toArray();
    assertEquals("0 1", numbers(collect(Reading.all(2), 0, none)));
    assertThrows(IOException.class, () -> collect(Reading.all(2).at(5), 0, none));
  }
}
