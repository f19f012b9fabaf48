package io.zoetrope.kernels.emulator.report;

/**
 * How full a kernel makes a multiprocessor.
 *
 * @param blocks that it holds at a time
 * @param warps of these blocks
 * @param maximumWarps that it could hold
 * @param limit what keeps it from holding more
 */
public record Occupancy(int blocks, int warps, int maximumWarps, Limit limit) {
  /** A resource that is used up. */
  public enum Limit {
    WARPS,
    BLOCKS,
    REGISTERS,
    SHARED_MEMORY
  }

  /** Share of the warps, 0 to 1. */
  public double share() {
    return (double) warps / maximumWarps;
  }
}
