package io.zoetrope.media;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClipFilterTest {
  @Test
  void lanczosEnlargesNearlyAsPillowDoes() {
    VideoFrames clip = TestClips.spot(24, 16, 3);
    List<Integer> done = new ArrayList<>();
    VideoFrames larger = ClipFilter.enlarge(clip, 2, done::add);
    assertEquals("3 frames of 48x32", larger.toString());
    assertEquals(List.of(1, 2, 3), done);
    double psnr = TestClips.psnr(Resampling.LANCZOS.resize(clip, 48, 32), larger);
    assertTrue(psnr > 50, psnr + " dB");
  }

  /** Every frame of the clip is there, and those between follow the motion. */
  @ParameterizedTest
  @CsvSource({"8, 16, 21", "8, 24, 31", "10, 25, 26", "12, 13, 11"})
  void framesBetweenFollowTheMotion(int rate, int wanted, int count) {
    VideoFrames clip = TestClips.spot(64, 48, 11);
    VideoFrames more = ClipFilter.interpolate(clip, rate, wanted, _ -> {});
    assertEquals(count, more.frames());
    for (int i = 0; i < clip.frames(); i++) {
      if (i * wanted % rate == 0 && i * wanted / rate < count) {
        assertArrayEquals(clip.frame(i), more.frame(i * wanted / rate));
      }
    }
    // As the clip would be, had it been made at the higher rate.
    VideoFrames exact = TestClips.spot(64, 48, 11 * wanted);
    for (int i = 0; i < count; i++) {
      VideoFrames truth = exact.slice(i * rate, 1);
      double psnr = TestClips.psnr(truth, more.slice(i, 1));
      assertTrue(psnr > 30, "frame %d: %.1f dB".formatted(i, psnr));
    }
  }

  @Test
  void twoFramesAreEnough() {
    VideoFrames clip = TestClips.spot(32, 32, 2);
    assertEquals(5, ClipFilter.interpolate(clip, 8, 32, _ -> {}).frames());
    assertEquals(1, ClipFilter.interpolate(clip.first(1), 8, 32, _ -> {}).frames());
  }

  @Test
  void anInterruptEndsIt() {
    VideoFrames clip = TestClips.spot(32, 32, 3);
    Thread.currentThread().interrupt();
    assertThrows(CancellationException.class, () -> ClipFilter.enlarge(clip, 2, _ -> {}));
  }
}
