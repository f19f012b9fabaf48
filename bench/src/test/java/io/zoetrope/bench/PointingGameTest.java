package io.zoetrope.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.bench.PointingGame.Chosen;
import io.zoetrope.bench.PointingGame.Score;
import io.zoetrope.bench.PointingGame.Turn;
import io.zoetrope.pipeline.explain.Explanation.Caption;
import io.zoetrope.pipeline.explain.Explanation.HeatMaps;
import io.zoetrope.pipeline.explain.Explanation.MapGrid;
import io.zoetrope.pipeline.explain.Explanation.WordMaps;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Counting, with maps of two frames of three cells. */
class PointingGameTest {
  private static final float[] LEFT = {3, 1, 0, 3, 1, 0};
  private static final float[] RIGHT = {0, 1, 3, 0, 1, 3};
  private static final float[] AHEAD = {9, 0, 0, 0, 0, 9};

  private static final String LEFT_SIDE = "#..#..";
  private static final String RIGHT_SIDE = "..#..#";

  private static boolean[] object(String cells) {
    boolean[] object = new boolean[cells.length()];
    for (int cell = 0; cell < object.length; cell++) {
      object[cell] = cells.charAt(cell) == '#';
    }
    return object;
  }

  private static PointingGame game(Turn... turns) {
    PointingGame game = new PointingGame(3);
    for (Turn turn : turns) {
      game.add(turn);
    }
    return game;
  }

  private static Turn turn(String object, float[]... blocks) {
    float[][][] maps = new float[blocks.length][][];
    for (int block = 0; block < blocks.length; block++) {
      maps[block] = new float[][] {blocks[block]};
    }
    return new Turn(maps, object(object));
  }

  /** Frames without the thing count nowhere. */
  @Test
  void hitsAreCountedInFramesThatShowTheThing() {
    PointingGame game = game(turn("##....", LEFT, AHEAD), turn("..#..#", LEFT, RIGHT));
    assertEquals(4.0 / 9, game.chance(), 1e-12);
    // The second clip has a thing on the right; the first one's peaks do not lie there.
    assertEquals(new Score(1, 3, 1.0 / 3), game.ofBlock(0));
    // In the second frame the first one's peak does.
    assertEquals(new Score(3, 3, 1.0 / 3), game.ofBlock(1));
    // Of equal cells the first is the peak.
    assertEquals(new Score(1, 3, 2.0 / 3), game.ofMean());
  }

  private static Turn shows(String object) {
    return turn(object, RIGHT, LEFT);
  }

  /** What is best on one half of the clips need not be on the other. */
  @Test
  void theBestIsMeasuredWhereItWasNotChosen() {
    Chosen fooled =
        game(shows(LEFT_SIDE), shows(RIGHT_SIDE), shows(LEFT_SIDE), shows(RIGHT_SIDE))
            .ofBestBlock();
    assertEquals(List.of("block 1", "block 0"), fooled.names());
    assertEquals(0, fooled.score().hits());
    assertEquals(8, fooled.score().frames());
    Chosen right =
        game(shows(LEFT_SIDE), shows(LEFT_SIDE), shows(LEFT_SIDE), shows(LEFT_SIDE)).ofBestHead();
    assertEquals(List.of("block 1 head 0", "block 1 head 0"), right.names());
    assertEquals(new Score(8, 8, 1), right.score());
  }

  @Test
  void mapsAreMeansOverSteps() {
    // Two steps, one block, one head, two words, three cells.
    byte[] values = {0, 0, 0, 51, 102, (byte) 255, 0, 0, 0, (byte) 255, 0, 0};
    float[] peaks = {1, 5, 1, 1};
    WordMaps maps =
        new WordMaps(
            new Caption("", "", ""),
            new MapGrid(1, 1, 3, List.of(0)),
            List.of(1, 2),
            List.of(0, 1),
            List.of("blocks.0"),
            1,
            true,
            new HeatMaps(3, values, peaks),
            new HeatMaps(3, new byte[0], new float[0]));
    assertArrayEquals(new float[] {1, 1, 2.5f}, PointingGame.overSteps(maps, 1)[0][0], 1e-6f);
  }
}
