package io.zoetrope.kernels.emulator.report;

import io.zoetrope.kernels.emulator.fault.Dim3;
import io.zoetrope.kernels.emulator.fault.InvalidLaunchException;

/**
 * How many blocks a launch has, and of how many threads.
 *
 * @param blocks size of the grid
 * @param threads size of a block, at most 1024 threads
 */
public record Grid(Dim3 blocks, Dim3 threads) {
  private static final int MOST_THREADS = 1024;

  /** Checks the limits of every GPU since compute capability 3.0. */
  public Grid {
    if (blocks.x() < 1
        || blocks.y() < 1
        || blocks.z() < 1
        || blocks.y() > 65_535
        || blocks.z() > 65_535) {
      throw new InvalidLaunchException(
          "grid " + blocks + " is outside of 1 to (2147483647,65535,65535)");
    }
    if (threads.x() < 1
        || threads.y() < 1
        || threads.z() < 1
        || threads.z() > 64
        || threads.volume() > MOST_THREADS) {
      throw new InvalidLaunchException(
          "block of "
              + threads
              + " threads is outside of 1 to "
              + MOST_THREADS
              + " (z at most 64)");
    }
  }

  /** A grid from its six sizes, in the order of {@code cuLaunchKernel}. */
  public static Grid of(int gridX, int gridY, int gridZ, int blockX, int blockY, int blockZ) {
    return new Grid(new Dim3(gridX, gridY, gridZ), new Dim3(blockX, blockY, blockZ));
  }

  /** A one-dimensional grid. */
  public static Grid of(int blocks, int threads) {
    return of(blocks, 1, 1, threads, 1, 1);
  }
}
