package io.zoetrope.pipeline.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zoetrope.nn.PatchSize;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.VideoGeometry.FrameGrouping;
import io.zoetrope.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VideoGeometryTest {
  private static final VideoGeometry WAN =
      new VideoGeometry(16, 4, 8, new PatchSize(1, 2, 2), 1024);

  @Test
  void clipsAndLatentsBelongTogether() {
    ClipSize size = new ClipSize(832, 480, 81);
    WAN.check(size);
    Shape latents = WAN.latents(size);
    assertEquals(Shape.of(16, 21, 60, 104), latents);
    assertEquals(size, WAN.clip(latents));
    assertEquals(32_760, WAN.tokens(size));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          40  | 32    | 5    | size 40x32: width must be a multiple of 16 and height of 16; nearest: 48x32
          1   | 9     | 5    | size 1x9: width must be a multiple of 16 and height of 16; nearest: 16x16
          64  | 64    | 6    | frames 6: the model makes 4n + 1 frames; use 5 or 9
          64  | 64    | 4    | frames 4: the model makes 4n + 1 frames; use 1 or 5
          16400 | 16  | 1    | size 16400x16: 1025 patches along a side, the model knows 1024 positions: use at most 16384x16
          16  | 32768 | 1    | size 16x32768: 2048 patches along a side, the model knows 1024 positions: use at most 16x16384
          16  | 16    | 4097 | frames 4097: 1025 patches in time, the model knows 1024 positions: use at most 4093
          """)
  void othersAreRefusedWithTheNearest(int width, int height, int frames, String message) {
    assertEquals(
        message,
        assertThrows(PipelineException.class, () -> WAN.check(new ClipSize(width, height, frames)))
            .getMessage());
  }

  /** Patches of two latent frames: 1 and 5, 9 and 13 and so on belong together. */
  @Test
  void patchesInTimeCountToo() {
    VideoGeometry pairs = new VideoGeometry(16, 4, 8, new PatchSize(2, 2, 2), 1024);
    pairs.check(new ClipSize(16, 16, 5));
    pairs.check(new ClipSize(16, 16, 13));
    assertEquals(
        "frames 9: the model makes 8n + 5 frames; use 5 or 13",
        assertThrows(PipelineException.class, () -> pairs.check(new ClipSize(16, 16, 9)))
            .getMessage());
  }

  private static final VideoGeometry ODD_FIRST =
      new VideoGeometry(
          16, 4, 8, new PatchSize(2, 2, 2), 1024, 1024, FrameGrouping.FIRST_OF_ODD_ALONE);

  /** An even number of latent frames is decoded to four times as many, an odd one to 3 less. */
  @ParameterizedTest
  @CsvSource({"1, 1", "8, 2", "9, 3", "16, 4", "17, 5", "81, 21"})
  void theFirstLatentFrameOfOddClipsStandsAlone(int frames, int latentFrames) {
    ClipSize size = new ClipSize(32, 16, frames);
    ODD_FIRST.check(size);
    assertEquals(Shape.of(16, latentFrames, 2, 4), ODD_FIRST.latents(size));
    assertEquals(size, ODD_FIRST.clip(ODD_FIRST.latents(size)));
    assertEquals((latentFrames + 1) / 2 * 2, ODD_FIRST.tokens(size));
  }

  @ParameterizedTest
  @CsvSource({"2, 1, 8", "5, 1, 8", "8, 8, 8", "13, 9, 16", "24, 24, 24", "31, 25, 32"})
  void clipsThatItMakesAroundANumberOfFrames(int frames, int within, int covering) {
    assertEquals(within, ODD_FIRST.framesWithin(frames));
    assertEquals(covering, ODD_FIRST.framesCovering(frames));
    if (within != frames) {
      PipelineException e =
          assertThrows(
              PipelineException.class, () -> ODD_FIRST.check(new ClipSize(32, 16, frames)));
      assertEquals(
          "frames %d: the model makes 8n and 8n + 1 frames; use %d or %d"
              .formatted(frames, within, covering),
          e.getMessage());
    }
  }

  @ParameterizedTest
  @CsvSource({"80, 81", "79, 81", "78.9, 77", "1, 1", "0.1, 1", "2.9, 1", "3, 5", "120, 121"})
  void theNearestNumberOfFrames(double frames, int nearest) {
    assertEquals(nearest, WAN.framesNearest(frames));
  }

  /** As the examples of {@code WanImageToVideoPipeline} compute it. */
  @ParameterizedTest
  @CsvSource({
    "832, 480, 832, 480",
    "1920, 1080, 832, 464",
    "1080, 1920, 464, 832",
    "500, 500, 624, 624",
    "1, 99, 64, 6288",
    "99, 1, 6288, 64",
  })
  void sizesFollowTheShapeOfAPicture(int width, int height, int shownWidth, int shownHeight) {
    ClipSize model = new ClipSize(832, 480, 81);
    ClipSize size = WAN.inShapeOf(model, width, height);
    assertEquals(new ClipSize(shownWidth, shownHeight, 81), size);
    WAN.check(size);
  }
}
