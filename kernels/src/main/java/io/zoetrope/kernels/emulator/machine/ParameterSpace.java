package io.zoetrope.kernels.emulator.machine;

import io.zoetrope.kernels.emulator.checks.AccessMode;
import io.zoetrope.kernels.emulator.fault.Finding;
import io.zoetrope.kernels.emulator.memory.MemoryRegion;

/** The parameters of a launch, which a kernel can only read. */
record ParameterSpace(MemoryRegion parameters) implements Space {
  @Override
  public MemoryRegion access(Warp warp, int lane, long address, int width, AccessMode mode) {
    if ((address & width - 1) != 0) {
      throw warp.fault(
          Finding.MISALIGNED,
          lane,
          address,
          "parameter of %d bytes at byte %d".formatted(width, address));
    }
    if (!parameters.contains(address, width)) {
      throw warp.fault(
          Finding.OUT_OF_BOUNDS,
          lane,
          address,
          "parameter of %d bytes at byte %d of %d".formatted(width, address, parameters.bytes()));
    }
    return parameters;
  }

  /** Parameters lie in the constant cache, which gives a warp one value at a time. */
  @Override
  public void count(Warp warp, int mask, long[] addresses, int width) {
    warp.profile().request(warp.pc(), Integer.bitCount(mask) * width, 1, 1);
  }
}
