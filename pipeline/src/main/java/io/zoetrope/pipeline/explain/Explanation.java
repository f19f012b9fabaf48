package io.zoetrope.pipeline.explain;

import io.zoetrope.pipeline.family.PromptTokens;
import java.util.List;

/**
 * What a model did in a job, as figures: reduced while the job ran, so that they stay small however
 * large the clip is. The arrays are the caller's to read, not to change.
 *
 * @param prompt its tokens and words
 * @param curves numbers of each step: sigmas, timesteps, and, guided, the norm of the guidance
 * @param cleanLatents what each step says of the latents without noise
 * @param words where each word acts; empty maps for models that never attend to text
 * @param patches what chosen patches attend to
 * @param grids numbers of each block in each step
 */
public record Explanation(
    PromptTokens prompt,
    List<Curve> curves,
    CleanLatents cleanLatents,
    WordMaps words,
    PatchMaps patches,
    List<BlockGrid> grids) {

  /**
   * What a figure says of itself.
   *
   * @param title its name
   * @param read one sentence that says how to read it
   * @param by class and method that compute it, {@code Class#method}
   */
  public record Caption(String title, String read, String by) {}

  /**
   * A number of each step.
   *
   * @param unit empty for plain numbers
   * @param values one for each step that was taken
   */
  public record Curve(Caption caption, String unit, float[] values) {}

  /**
   * A number of each block in each step.
   *
   * @param branch {@code cond} or {@code uncond}, or empty for what both have together
   * @param blocks names of the blocks, in the order in which they compute
   * @param values [blocks][steps]; NaN where there is none
   */
  public record BlockGrid(
      Caption caption, String unit, String branch, List<String> blocks, float[][] values) {}

  /**
   * Predicted clean latents.
   *
   * @param frames which latent frames of the clip are kept: all, or the middle one of long jobs
   * @param channels of a latent
   * @param rows of a latent frame
   * @param columns of a latent frame
   * @param steps for each step that was taken, [channels, frames, rows, columns]
   */
  public record CleanLatents(
      Caption caption,
      List<Integer> frames,
      int channels,
      int rows,
      int columns,
      List<float[]> steps) {}

  /**
   * The cells of a heat map: neighbouring tokens together.
   *
   * @param frames cells in time
   * @param rows cells from top to bottom
   * @param columns cells from left to right
   * @param latentFrames the latent frame of the clip in the middle of each cell in time; negative
   *     for frames in front of the clip, such as references
   */
  public record MapGrid(int frames, int rows, int columns, List<Integer> latentFrames) {
    /** Number of cells, in the order frame, row, column. */
    public int cells() {
      return frames * rows * columns;
    }
  }

  /**
   * Heat maps in a row, each of one byte for a cell.
   *
   * @param cells of each map
   * @param values [maps, cells], from 0 to 255 for 0 to the peak of the map
   * @param peaks the largest value of each map; NaN for one that there is not
   */
  public record HeatMaps(int cells, byte[] values, float[] peaks) {
    /** A value of a map, as near as a byte tells. */
    public float value(int map, int cell) {
      return peaks[map] * (values[map * cells + cell] & 0xff) / 255;
    }
  }

  /**
   * Cross-attention of each prompt word: how much of the attention of the tokens in a cell goes to
   * the tokens of the word, with all keys together 1.
   *
   * @param grid of each map
   * @param words that have maps, indices of the prompt's
   * @param steps that have maps, of those that were taken
   * @param blocks names of the blocks that have maps
   * @param heads of a block
   * @param isWhole whether every head has maps in every step
   * @param byHead maps [steps, blocks, heads, words]; the mean over these steps alone, [1, blocks,
   *     heads, words], if they are not whole
   * @param byStep maps [steps, blocks, words]: means over the heads
   */
  public record WordMaps(
      Caption caption,
      MapGrid grid,
      List<Integer> words,
      List<Integer> steps,
      List<String> blocks,
      int heads,
      boolean isWhole,
      HeatMaps byHead,
      HeatMaps byStep) {}

  /**
   * Self-attention of chosen patches: how much each of them attends to the cells, as a mean over
   * the heads.
   *
   * @param grid of each map
   * @param queries the chosen patches, {frame, row, column} of their tokens
   * @param tokenRows tokens from top to bottom, that rows of queries count
   * @param tokenColumns tokens from left to right
   * @param steps that have maps, of those that were taken
   * @param blocks names of the blocks that have maps
   * @param maps [steps, blocks, queries]
   */
  public record PatchMaps(
      Caption caption,
      MapGrid grid,
      List<int[]> queries,
      int tokenRows,
      int tokenColumns,
      List<Integer> steps,
      List<String> blocks,
      HeatMaps maps) {}
}
