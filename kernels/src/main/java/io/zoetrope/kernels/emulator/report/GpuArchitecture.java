package io.zoetrope.kernels.emulator.report;

import io.zoetrope.kernels.emulator.fault.InvalidLaunchException;

/**
 * Limits of a multiprocessor (CUDA C++ Programming Guide, "Technical Specifications per Compute
 * Capability").
 */
public enum GpuArchitecture {
  /** A100. */
  SM_80(64, 32, 164, 163),
  /** RTX 30 series, A10, A40. */
  SM_86(48, 16, 100, 99),
  /** RTX 40 series, L4, L40. */
  SM_89(48, 24, 100, 99),
  /** H100, H200. */
  SM_90(64, 32, 228, 227);

  /** Most shared memory that a block can have on any of them. */
  public static final int MOST_SHARED_BYTES = 227 * 1024;

  private static final int REGISTERS = 65_536;
  private static final int MOST_REGISTERS_PER_THREAD = 255;
  private static final int REGISTER_UNIT = 256;
  private static final int WARP_UNIT = 4;
  private static final int SHARED_UNIT = 128;

  /** Shared memory that the driver keeps in each block, since compute capability 8.0. */
  private static final int RESERVED_SHARED_BYTES = 1024;

  private final int warps;
  private final int blocks;
  private final int sharedBytes;
  private final int sharedBytesPerBlock;

  GpuArchitecture(int warps, int blocks, int sharedKibibytes, int sharedKibibytesPerBlock) {
    this.warps = warps;
    this.blocks = blocks;
    this.sharedBytes = sharedKibibytes * 1024;
    this.sharedBytesPerBlock = sharedKibibytesPerBlock * 1024;
  }

  /** Most warps of a multiprocessor. */
  public int warps() {
    return warps;
  }

  /** Most dynamic and static shared memory of a block together. */
  public int sharedBytesPerBlock() {
    return sharedBytesPerBlock;
  }

  /**
   * How many blocks and warps a multiprocessor holds, and what limits them.
   *
   * @param threads of a block
   * @param registersPerThread as the assembler reports them
   * @param sharedBytes static and dynamic shared memory of a block
   * @throws InvalidLaunchException when not even one block fits
   */
  public Occupancy occupancy(int threads, int registersPerThread, int sharedBytes) {
    if (threads < 1
        || threads > 1024
        || registersPerThread < 1
        || registersPerThread > MOST_REGISTERS_PER_THREAD
        || sharedBytes < 0
        || sharedBytes > sharedBytesPerBlock) {
      throw new InvalidLaunchException(
          "no block of %d threads, %d registers each, and %d bytes of shared memory fits %s"
              .formatted(threads, registersPerThread, sharedBytes, this));
    }
    int warpsPerBlock = (threads + 31) / 32;
    int registersPerWarp = roundUp(registersPerThread * 32, REGISTER_UNIT);
    int warpsByRegisters = REGISTERS / registersPerWarp / WARP_UNIT * WARP_UNIT;
    int byRegisters = warpsByRegisters / warpsPerBlock;
    int byShared = this.sharedBytes / roundUp(sharedBytes + RESERVED_SHARED_BYTES, SHARED_UNIT);
    int byWarps = warps / warpsPerBlock;
    int fitting = Math.min(Math.min(byRegisters, byShared), Math.min(byWarps, blocks));
    if (fitting == 0) {
      throw new InvalidLaunchException(
          "%d warps of %d registers a thread need more than the %d registers of %s"
              .formatted(warpsPerBlock, registersPerThread, REGISTERS, this));
    }
    Occupancy.Limit limit =
        fitting == byWarps
            ? Occupancy.Limit.WARPS
            : fitting == blocks
                ? Occupancy.Limit.BLOCKS
                : fitting == byRegisters
                    ? Occupancy.Limit.REGISTERS
                    : Occupancy.Limit.SHARED_MEMORY;
    return new Occupancy(fitting, fitting * warpsPerBlock, warps, limit);
  }

  private static int roundUp(int value, int unit) {
    return (value + unit - 1) / unit * unit;
  }
}
