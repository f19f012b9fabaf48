package io.zoetrope.media;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResamplingTest {
  private static final int WIDTH = 23;
  private static final int HEIGHT = 17;

  static VideoFrames picture() {
    byte[] rgb = new byte[WIDTH * HEIGHT * 3];
    for (int i = 0; i < rgb.length; i++) {
      int x = i / 3 % WIDTH;
      int y = i / 3 / WIDTH;
      rgb[i] = (byte) (x * 37 + y * 61 + i % 3 * 97 + x * y * 5);
    }
    return new VideoFrames(WIDTH, HEIGHT, 1, rgb);
  }

  /** Checksums of what Pillow 12.3 makes of the same picture. */
  @ParameterizedTest
  @CsvSource({
    "BICUBIC, 9, 5, 2678829877",
    "BICUBIC, 40, 31, 1890841760",
    "BICUBIC, 23, 8, 2961680113",
    "BICUBIC, 11, 17, 935322194",
    "BICUBIC, 1, 1, 2594124385",
    "BICUBIC, 100, 3, 869789938",
    "LANCZOS, 9, 5, 3346282733",
    "LANCZOS, 40, 31, 2035244190",
    "LANCZOS, 23, 8, 955309820",
    "LANCZOS, 11, 17, 1372073782",
    "LANCZOS, 1, 1, 2594124385",
    "LANCZOS, 100, 3, 2521794199",
  })
  void resizesAsPillowDoes(Resampling filter, int width, int height, long checksum) {
    VideoFrames resized = filter.resize(picture(), width, height);
    CRC32 crc = new CRC32();
    crc.update(resized.frame(0));
    assertEquals(checksum, crc.getValue());
  }

  @Test
  void everyFrameIsResizedAlone() {
    byte[] first = picture().frame(0);
    byte[] both = new byte[2 * first.length];
    System.arraycopy(first, 0, both, first.length, first.length);
    VideoFrames resized = Resampling.LANCZOS.resize(new VideoFrames(WIDTH, HEIGHT, 2, both), 9, 5);
    assertEquals(2, resized.frames());
    assertEquals(
        Resampling.LANCZOS.resize(picture(), 9, 5), new VideoFrames(9, 5, 1, resized.frame(1)));
  }

  @Test
  void whatHasTheSizeIsNotCopied() {
    VideoFrames picture = picture();
    assertSame(picture, Resampling.BICUBIC.resize(picture, WIDTH, HEIGHT));
    assertThrows(
        IllegalArgumentException.class, () -> Resampling.BICUBIC.resize(picture, 0, HEIGHT));
  }
}
