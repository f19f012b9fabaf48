package io.zoetrope.kernels.emulator.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** The module-scope variables of one module, at addresses that no other module has. */
public final class ModuleMemory {
  private static final AtomicLong NEXT = new AtomicLong(AddressWindows.MODULE);

  private final List<MemoryRegion> regions = new ArrayList<>();

  /** Adds a variable with its initial value; returns its address. */
  public long add(byte[] value) {
    long address = NEXT.getAndAdd((value.length + 511L) & -256L);
    MemoryRegion region = new MemoryRegion(address, value.length);
    System.arraycopy(value, 0, region.data(), 0, value.length);
    region.mark(0, value.length, MemoryRegion.WRITTEN);
    regions.add(region);
    return address;
  }

  /** The variable that an access lies in; null for none. */
  public MemoryRegion find(long address, int width) {
    for (MemoryRegion region : regions) {
      if (region.contains(address, width)) {
        return region;
      }
    }
    return null;
  }
}
