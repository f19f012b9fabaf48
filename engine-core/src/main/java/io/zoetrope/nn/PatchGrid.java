package io.zoetrope.nn;

/**
 * Patches of a video along each axis. Tokens are in the order frame, row, column.
 *
 * @param frames patches in time
 * @param height patches in a column
 * @param width patches in a row
 */
public record PatchGrid(int frames, int height, int width) {
  /** Number of patches. */
  public int tokens() {
    return Math.multiplyExact(Math.multiplyExact(frames, height), width);
  }
}
