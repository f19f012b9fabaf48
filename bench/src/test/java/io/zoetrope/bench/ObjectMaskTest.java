package io.zoetrope.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.explain.Explanation.MapGrid;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Things are found by their colours, in pictures drawn with letters. */
class ObjectMaskTest {
  private static final int WIDTH = 6;

  private static byte[] drawn(String picture) {
    String letters = picture.replace("\n", "");
    byte[] rgb = new byte[letters.length() * 3];
    for (int i = 0; i < letters.length(); i++) {
      int colour =
          switch (letters.charAt(i)) {
            case 'R' -> 0xe02828;
            case 'r' -> 0x8c1a1a; // in the shade
            case 'o' -> 0xf88c1e;
            case 'g' -> 0x28af41;
            default -> 0x0a0a0a;
          };
      for (int channel = 0; channel < 3; channel++) {
        rgb[3 * i + channel] = (byte) (colour >> 16 - 8 * channel);
      }
    }
    return rgb;
  }

  private static String found(boolean[] mask) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < mask.length; i++) {
      text.append(mask[i] ? '#' : '.').append((i + 1) % WIDTH == 0 ? "\n" : "");
    }
    return text.toString();
  }

  /** Not what touches at a corner alone, nor across the edge of the picture, nor other colours. */
  @Test
  void isTheLargestPieceOfTheColour() {
    String picture =
        """
        R..g.R
        .RRog.
        .RrogR
        R.r.gR
        ......
        """;
    assertEquals(
        """
        ......
        .##...
        .##...
        ..#...
        ......
        """,
        found(ObjectMask.pixels(drawn(picture), WIDTH, "red")));
    assertEquals("......\n".repeat(5), found(ObjectMask.pixels(drawn(picture), WIDTH, "cyan")));
  }

  /** Of frames 1 and 2 together the left cell has 4 pixels, the next ones 3 and 1. */
  @Test
  void cellsHaveHalfOfWhatTheFullestHas() {
    String clip =
        """
        R.....
        ......
        RRR...
        ......
        ......
        RRRRR.
        """;
    VideoFrames frames = new VideoFrames(WIDTH, 2, 3, drawn(clip));
    MapGrid grid = new MapGrid(2, 1, 3, List.of(0, 1));
    assertArrayEquals(
        new boolean[] {true, false, false, true, true, false},
        ObjectMask.cells(frames, "red", grid, 2));
    assertArrayEquals(
        new boolean[grid.cells()], ObjectMask.cells(frames, "blue", grid, 2), "nothing is blue");
  }
}
