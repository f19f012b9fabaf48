package io.zoetrope.kernels.emulator.machine;

import io.zoetrope.kernels.emulator.checks.AccessMode;
import io.zoetrope.kernels.emulator.memory.AddressWindows;
import io.zoetrope.kernels.emulator.memory.MemoryRegion;

/**
 * Generic addresses: each lies in the window of its state space. Windows are multiples of 2^32, so
 * the low 32 bits of an address are its offset in shared and local memory.
 */
final class GenericSpace implements Space {
  private final Warp warp;

  GenericSpace(Warp warp) {
    this.warp = warp;
  }

  @Override
  public MemoryRegion access(Warp accessing, int lane, long address, int width, AccessMode mode) {
    return target(address).access(accessing, lane, address - window(address), width, mode);
  }

  private static long window(long address) {
    return AddressWindows.inShared(address)
        ? AddressWindows.SHARED
        : AddressWindows.inLocal(address) ? AddressWindows.LOCAL : 0;
  }

  private Space target(long address) {
    return AddressWindows.inShared(address)
        ? warp.block().shared()
        : AddressWindows.inLocal(address) ? warp.local() : warp.block().global();
  }

  /** Counted in the space of the first active lane: a warp seldom mixes them. */
  @Override
  public void count(Warp accessing, int mask, long[] addresses, int width) {
    long first = addresses[Integer.numberOfTrailingZeros(mask)];
    target(first).count(accessing, mask, addresses, width);
  }
}
