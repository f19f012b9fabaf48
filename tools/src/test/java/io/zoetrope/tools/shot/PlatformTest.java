package io.zoetrope.tools.shot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.nn.PatchSize;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.VideoGeometry;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlatformTest {
  /** Sizes of Wan 2.1, TI2V-5B of Wan 2.2, A14B, and the demo model: multiples of 16 and of 32. */
  @ParameterizedTest
  @CsvSource({
    "tiktok, 16, 832, 480, 480, 848",
    "youtube, 16, 832, 480, 848, 480",
    "square, 16, 832, 480, 640, 640",
    "reel, 32, 1280, 704, 704, 1248",
    "short, 16, 1280, 720, 720, 1280",
    "twitter, 16, 1280, 720, 1280, 720",
    "square, 16, 64, 64, 64, 64",
    "tiktok, 16, 64, 64, 64, 112",
  })
  void choosesASizeThatTheModelMakes(
      String platform, int multiple, int width, int height, int wanted, int wantedHeight) {
    VideoGeometry geometry = new VideoGeometry(16, 4, multiple / 2, new PatchSize(1, 2, 2), 1024);
    ClipSize size = Platform.of(platform).size(geometry, new ClipSize(width, height, 17));
    assertEquals(new ClipSize(wanted, wantedHeight, 17), size);
    Platform.of(platform).requireRatio(size);
    geometry.check(size);
  }

  @Test
  void showsFramesOfSlowModelsSeveralTimes() {
    assertEquals(new Platform.Rate(24, 3), Platform.TIKTOK.rate(8));
    assertEquals(new Platform.Rate(32, 2), Platform.YOUTUBE.rate(16));
    assertEquals(new Platform.Rate(24, 1), Platform.REEL.rate(24));
    assertEquals(new Platform.Rate(8, 1), Platform.TWITTER.rate(8));
    assertThrows(PipelineException.class, () -> Platform.TIKTOK.rate(120));
    assertThrows(PipelineException.class, () -> Platform.TIKTOK.requireRate(8));
  }

  @Test
  void checksLengths() {
    assertEquals(Optional.empty(), Platform.SHORT.checkLength(180));
    String tooLong =
        assertThrows(PipelineException.class, () -> Platform.SHORT.checkLength(180.5)).getMessage();
    assertEquals("platform short takes at most 180 s, this is 180.5 s: use fewer frames", tooLong);
    assertTrue(Platform.TIKTOK.checkLength(2.1).orElseThrow().contains("no less than 3 s"));
  }

  @Test
  void refusesOtherRatiosAndNames() {
    String message =
        assertThrows(
                PipelineException.class,
                () -> Platform.TIKTOK.requireRatio(new ClipSize(64, 64, 17)))
            .getMessage();
    assertEquals("platform tiktok is 9:16, the size 64x64 is not: leave one of them out", message);
    assertTrue(
        assertThrows(PipelineException.class, () -> Platform.of("vine"))
            .getMessage()
            .contains("tiktok, reel, short"));
  }
}
