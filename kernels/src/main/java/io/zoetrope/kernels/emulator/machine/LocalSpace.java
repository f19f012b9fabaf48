package io.zoetrope.kernels.emulator.machine;

import io.zoetrope.kernels.emulator.checks.AccessMode;
import io.zoetrope.kernels.emulator.checks.Coalescing;
import io.zoetrope.kernels.emulator.fault.Finding;
import io.zoetrope.kernels.emulator.memory.MemoryRegion;

/** The local memory of a warp's threads: one private piece each. */
final class LocalSpace implements Space {
  private final Launch launch;
  private final MemoryRegion[] regions = new MemoryRegion[32];

  LocalSpace(Launch launch) {
    this.launch = launch;
    for (int lane = 0; lane < regions.length; lane++) {
      regions[lane] = new MemoryRegion(0, launch.kernel().localBytes());
    }
  }

  /** Makes the memory that of new threads. */
  void startBlock() {
    for (MemoryRegion region : regions) {
      region.forget();
    }
  }

  @Override
  public MemoryRegion access(Warp warp, int lane, long address, int width, AccessMode mode) {
    MemoryRegion region = regions[lane];
    if ((address & width - 1) != 0) {
      throw warp.fault(
          Finding.MISALIGNED,
          lane,
          address,
          "local %s of %d bytes at byte %d".formatted(mode, width, address));
    }
    if (!region.contains(address, width)) {
      throw warp.fault(
          Finding.OUT_OF_BOUNDS,
          lane,
          address,
          "local %s of %d bytes at byte %d of %d".formatted(mode, width, address, region.bytes()));
    }
    int offset = (int) address;
    if (mode != AccessMode.READ) {
      region.markWritten(offset, width);
    } else if (launch.checksInitialisation() && !region.written(offset, width)) {
      throw warp.fault(
          Finding.UNINITIALISED_MEMORY,
          lane,
          address,
          "local %s of %d bytes at byte %d".formatted(mode, width, address));
    }
    return region;
  }

  /** Local memory interleaves the threads of a warp, so equal addresses make full sectors. */
  @Override
  public void count(Warp warp, int mask, long[] addresses, int width) {
    int sectors = Coalescing.idealSectors(mask, width);
    warp.profile().request(warp.pc(), Integer.bitCount(mask) * width, sectors, sectors);
  }
}
