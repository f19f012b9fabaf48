package io.zoetrope.media;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FittingTest {
  /**
   * Checksums of what {@code VideoProcessor} of diffusers makes of the same picture ({@code
   * tools/reference/fixtures/pictures.py}).
   */
  @ParameterizedTest
  @CsvSource({
    "COVER, 16, 16, 255801361",
    "STRETCH, 16, 16, 3507272170",
    "CONTAIN, 16, 16, 2048661631",
    "COVER, 40, 16, 1900887257",
    "STRETCH, 40, 16, 3936775255",
    "CONTAIN, 40, 16, 3517535367",
    "COVER, 16, 40, 2905777202",
    "STRETCH, 16, 40, 2861346573",
    "CONTAIN, 16, 40, 1060249929",
    "COVER, 46, 34, 587967276",
    "STRETCH, 46, 34, 587967276",
    "CONTAIN, 46, 34, 587967276",
    "COVER, 9, 30, 178552748",
    "STRETCH, 9, 30, 2189071183",
    "CONTAIN, 9, 30, 739098170",
  })
  void fitsAsDiffusersDoes(Fit fit, int width, int height, long checksum) {
    VideoFrames fitted =
        new Fitting(fit, width, height, Colour.BLACK).apply(ResamplingTest.picture());
    assertEquals("1 frame of %dx%d".formatted(width, height), fitted.toString());
    CRC32 crc = new CRC32();
    crc.update(fitted.frame(0));
    assertEquals(checksum, crc.getValue());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          COVER   | 832 | 480 | 832  | 480  |
          COVER   | 832 | 480 | 1664 | 960  |
          COVER   | 832 | 480 | 1920 | 1080 | 2 % of its width cut off
          COVER   | 832 | 480 | 600  | 800  | enlarged 1.39 times, 57 % of its height cut off
          COVER   | 64  | 64  | 128  | 64   | 50 % of its width cut off
          CONTAIN | 832 | 480 | 600  | 800  | bars of 236 pixels left and right
          CONTAIN | 64  | 64  | 32   | 8    | enlarged 2.00 times, bars of 24 pixels above and below
          STRETCH | 64  | 64  | 128  | 96   | stretched: 33 % higher
          STRETCH | 100 | 50  | 50   | 50   | enlarged 2.00 times, stretched: 100 % wider
          STRETCH | 64  | 64  | 128  | 128  |
          """)
  void saysWhatPeopleMayNotExpect(
      Fit fit, int width, int height, int sourceWidth, int sourceHeight, String effect) {
    Fitting fitting = new Fitting(fit, width, height, Colour.BLACK);
    assertEquals(
        effect == null ? "" : effect, fitting.effect(sourceWidth, sourceHeight).orElse(""));
  }

  @Test
  void whatHasTheSizeIsNotCopied() {
    VideoFrames picture = ResamplingTest.picture();
    for (Fit fit : Fit.values()) {
      assertSame(
          picture,
          new Fitting(fit, picture.width(), picture.height(), Colour.WHITE).apply(picture));
    }
  }

  @Test
  void barsHaveTheirColour() {
    VideoFrames grey = new VideoFrames(1, 1, 1, new byte[] {9, 9, 9});
    byte[] shown = new Fitting(Fit.CONTAIN, 1, 3, new Colour(1, 2, 3)).apply(grey).frame(0);
    assertEquals("1 2 3 9 9 9 1 2 3", TestClips.levels(shown));
  }

  @Test
  void refusesStrips() {
    Fitting fitting = new Fitting(Fit.COVER, 64, 64, Colour.BLACK);
    VideoFrames strip = new VideoFrames(200, 2, 1, new byte[1200]);
    String message = assertThrows(MediaException.class, () -> fitting.apply(strip)).getMessage();
    assertTrue(message.startsWith("a picture of 200x2: "), message);
  }
}
