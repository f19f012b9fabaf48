package io.zoetrope.kernels.emulator.machine;

import io.zoetrope.kernels.emulator.checks.AccessMode;
import io.zoetrope.kernels.emulator.memory.MemoryRegion;

/** A state space as a running block sees it: checks every access and says where the bytes lie. */
public interface Space {
  /**
   * Checks an access of one thread with all sanitizers and notes it.
   *
   * @param width in bytes: 1, 2, 4, 8 or 16
   * @return the region; the access lies at {@code address - region.base()}
   * @throws RuntimeException of the kind KernelFault when a sanitizer finds something
   */
  MemoryRegion access(Warp warp, int lane, long address, int width, AccessMode mode);

  /** Counts one request of a warp: what its lanes ask for and how many transactions that takes. */
  void count(Warp warp, int mask, long[] addresses, int width);
}
