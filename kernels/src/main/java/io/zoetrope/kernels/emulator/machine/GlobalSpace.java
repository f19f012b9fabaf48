package io.zoetrope.kernels.emulator.machine;

import io.zoetrope.kernels.emulator.checks.AccessMode;
import io.zoetrope.kernels.emulator.checks.Coalescing;
import io.zoetrope.kernels.emulator.checks.GlobalRaces;
import io.zoetrope.kernels.emulator.fault.Finding;
import io.zoetrope.kernels.emulator.memory.MemoryRegion;

/** Global memory: device memory and the module's variables. */
public final class GlobalSpace implements Space {
  private final Launch launch;
  private final Coalescing coalescing = new Coalescing();

  /** The region that the last access lay in: the next one most often lies there too. */
  private MemoryRegion recent = new MemoryRegion(0, 0);

  private GlobalRaces recentRaces;

  GlobalSpace(Launch launch) {
    this.launch = launch;
  }

  @Override
  public MemoryRegion access(Warp warp, int lane, long address, int width, AccessMode mode) {
    if ((address & width - 1) != 0) {
      throw warp.fault(
          Finding.MISALIGNED,
          lane,
          address,
          "global %s of %d bytes at 0x%x".formatted(mode, width, address));
    }
    MemoryRegion region = recent;
    if (!region.contains(address, width)) {
      region = find(warp, lane, address, width, mode);
    }
    int offset = (int) (address - region.base());
    if (launch.checksInitialisation()
        && mode != AccessMode.WRITE
        && !region.written(offset, width)) {
      throw warp.fault(
          Finding.UNINITIALISED_MEMORY,
          lane,
          address,
          "global %s of %d bytes at 0x%x (%s)"
              .formatted(mode, width, address, describe(region, address)));
    }
    if (mode != AccessMode.READ) {
      region.markWritten(offset, width);
    }
    if (launch.watchesGlobalRaces()
        && recentRaces.access(offset, width, warp.block().number(), mode)) {
      throw warp.fault(
          Finding.GLOBAL_RACE,
          lane,
          address,
          "global %s of %d bytes at 0x%x (%s) which another block touches"
              .formatted(mode, width, address, describe(region, address)));
    }
    return region;
  }

  private MemoryRegion find(Warp warp, int lane, long address, int width, AccessMode mode) {
    MemoryRegion region = launch.memory().find(address, width);
    if (region == null) {
      region = launch.kernel().moduleMemory().find(address, width);
    }
    if (region == null) {
      throw warp.fault(
          Finding.OUT_OF_BOUNDS,
          lane,
          address,
          "global %s of %d bytes at 0x%x: %s".formatted(mode, width, address, nearest(address)));
    }
    recent = region;
    if (launch.watchesGlobalRaces()) {
      recentRaces = region.races(launch.number(), launch.kernel().globalGranuleShift());
    }
    return region;
  }

  private String nearest(long address) {
    MemoryRegion before = launch.memory().before(address);
    return before == null
        ? "below every allocation"
        : "%d bytes behind the start of the nearest allocation below, which has %d"
            .formatted(address - before.base(), before.bytes());
  }

  private static String describe(MemoryRegion region, long address) {
    return "byte %d of an allocation of %d".formatted(address - region.base(), region.bytes());
  }

  @Override
  public void count(Warp warp, int mask, long[] addresses, int width) {
    int sectors = coalescing.sectors(addresses, mask);
    int ideal = Coalescing.idealSectors(mask, width);
    warp.profile().request(warp.pc(), Integer.bitCount(mask) * width, sectors, ideal);
  }
}
