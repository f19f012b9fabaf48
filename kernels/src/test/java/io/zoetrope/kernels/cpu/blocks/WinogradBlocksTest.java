package io.zoetrope.kernels.cpu.blocks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.kernels.cpu.blocks.WinogradBlocks.Block;
import io.zoetrope.kernels.cpu.blocks.WinogradBlocks.Run;
import io.zoetrope.tensor.Shape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class WinogradBlocksTest {
  private static final int[][] SHAPES = { // frames, height, width, channels
    {1, 1, 1, 1}, {2, 4, 5, 16}, {1, 64, 60, 33}, {3, 17, 131, 96}, {1, 104, 60, 384}, {2, 0, 8, 16}
  };

  /** For any number of threads, so that results do not depend on it. */
  @Test
  void everyTileAndChannelBelongsToOneBlock() {
    for (int[] shape : SHAPES) {
      for (int threads : new int[] {1, 2, 7, 64}) {
        Shape out = Shape.of(shape[0], shape[1], shape[2], shape[3]);
        WinogradBlocks blocks = new WinogradBlocks(out, 24, 16, threads);
        int rows = Math.ceilDiv(shape[1], Winograd.TILE);
        int columns = Math.ceilDiv(shape[2], Winograd.TILE);
        int[] times = new int[shape[0] * rows * columns * shape[3]];
        for (int task = 0; task < blocks.count(); task++) {
          count(blocks, blocks.block(task), rows, columns, shape[3], times);
        }
        int[] once = new int[times.length];
        Arrays.fill(once, 1);
        assertArrayEquals(once, times, out + ", " + threads + " threads");
      }
    }
  }

  private static void count(
      WinogradBlocks blocks, Block block, int rows, int columns, int channels, int[] times) {
    int next = 0;
    for (Run run : blocks.runs(block)) {
      assertEquals(next, run.firstTile());
      next += run.tiles();
      for (int i = 0; i < run.tiles(); i++) {
        int tile = (block.frame() * rows + run.row()) * columns + run.firstColumn() + i;
        for (int channel = 0; channel < block.channels(); channel++) {
          times[tile * channels + block.firstChannel() + channel]++;
        }
      }
    }
    assertEquals(block.tiles(), next);
  }
}
