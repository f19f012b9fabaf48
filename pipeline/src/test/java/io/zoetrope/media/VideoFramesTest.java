package io.zoetrope.media;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class VideoFramesTest {
  @Test
  void framesAreCopies() {
    var clip = new VideoFrames(2, 1, 2, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
    clip.frame(1)[0] = 99;
    assertArrayEquals(new byte[] {7, 8, 9, 10, 11, 12}, clip.frame(1));
    assertThrows(IndexOutOfBoundsException.class, () -> clip.frame(2));
  }

  @Test
  void upscaleRepeatsPixels() {
    var clip = new VideoFrames(2, 2, 1, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
    byte[] top = {1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6};
    byte[] bottom = {7, 8, 9, 7, 8, 9, 10, 11, 12, 10, 11, 12};
    byte[] expected = new byte[48];
    System.arraycopy(top, 0, expected, 0, 12);
    System.arraycopy(top, 0, expected, 12, 12);
    System.arraycopy(bottom, 0, expected, 24, 12);
    System.arraycopy(bottom, 0, expected, 36, 12);
    assertEquals(new VideoFrames(4, 4, 1, expected), clip.upscale(2));
    assertEquals(clip, clip.upscale(1));
    assertNotEquals(clip, clip.upscale(3));
  }

  @Test
  void refusesWrongSizes() {
    var length =
        assertThrows(IllegalArgumentException.class, () -> new VideoFrames(2, 2, 1, new byte[11]));
    assertEquals("VideoFrames: 1 frames of 2x2 RGB take 12 bytes, got 11", length.getMessage());
    assertThrows(IllegalArgumentException.class, () -> new VideoFrames(0, 2, 1, new byte[0]));
    assertThrows(IllegalArgumentException.class, () -> new VideoFrames(-1, -1, 1, new byte[3]));
    var clip = new VideoFrames(1, 1, 1, new byte[3]);
    assertThrows(IllegalArgumentException.class, () -> clip.upscale(0));
    var large = assertThrows(IllegalArgumentException.class, () -> clip.upscale(40_000));
    assertTrue(large.getMessage().contains("2 GiB"), large.getMessage());
  }
}
