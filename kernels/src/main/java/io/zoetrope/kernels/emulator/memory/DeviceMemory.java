package io.zoetrope.kernels.emulator.memory;

import io.zoetrope.kernels.emulator.fault.DeviceMemoryException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * The global memory of an emulated device.
 *
 * <p>Addresses are never used twice, and no two allocations touch: an access to freed memory or
 * beyond an end is always found. New memory is garbage and known as unwritten. All methods may be
 * called from any thread, but not while a kernel that uses the same allocations runs.
 */
public final class DeviceMemory {
  /** Alignment of every allocation, as {@code cuMemAlloc} has it. */
  private static final int ALIGNMENT = 256;

  private static final int LARGEST = Integer.MAX_VALUE - 64;

  private final long capacity;
  private long next = AddressWindows.DEVICE;
  private long used;

  /** The allocations by address: replaced, never changed, so that running kernels need no lock. */
  private volatile MemoryRegion[] regions = {};

  /**
   * Makes empty memory.
   *
   * @param capacity most bytes that can be allocated at a time
   */
  public DeviceMemory(long capacity) {
    this.capacity = capacity;
  }

  /**
   * Allocates memory.
   *
   * @param bytes at least 1, less than 2 GiB
   * @return its address, a multiple of 256
   * @throws DeviceMemoryException when the capacity does not suffice
   */
  public synchronized long allocate(long bytes) {
    if (bytes < 1 || bytes > LARGEST) {
      throw new DeviceMemoryException(
          "allocation of " + bytes + " bytes; the emulator takes 1 to " + LARGEST, bytes > LARGEST);
    }
    if (bytes > capacity - used) {
      throw new DeviceMemoryException(
          "out of device memory: %d bytes asked for, %d of %d in use"
              .formatted(bytes, used, capacity),
          true);
    }
    long address = next;
    List<MemoryRegion> list = new ArrayList<>(List.of(regions));
    list.add(region(address, (int) bytes));
    regions = list.toArray(MemoryRegion[]::new);
    next += (bytes + 2 * ALIGNMENT - 1) & -ALIGNMENT;
    used += bytes;
    return address;
  }

  private static MemoryRegion region(long address, int bytes) {
    try {
      return new MemoryRegion(address, bytes);
    } catch (OutOfMemoryError e) {
      throw new DeviceMemoryException(
          "no room on the Java heap for a device allocation of " + bytes + " bytes, twice", true);
    }
  }

  /** Frees what {@link #allocate} gave. */
  public synchronized void free(long address) {
    MemoryRegion region = find(address, 1);
    if (region == null || region.base() != address) {
      throw new DeviceMemoryException(
          "free of 0x%x, which is no allocation".formatted(address), false);
    }
    List<MemoryRegion> list = new ArrayList<>(List.of(regions));
    list.remove(region);
    regions = list.toArray(MemoryRegion[]::new);
    used -= region.bytes();
  }

  /** Bytes in use. */
  public synchronized long used() {
    return used;
  }

  /** Number of allocations. */
  public int allocations() {
    return regions.length;
  }

  /** Most bytes that can be allocated at a time. */
  public long capacity() {
    return capacity;
  }

  /** Copies from the host to the device. */
  public void write(long address, MemorySegment source) {
    MemoryRegion region = require("write", address, source.byteSize());
    int offset = (int) (address - region.base());
    int bytes = (int) source.byteSize();
    MemorySegment.copy(source, ValueLayout.JAVA_BYTE, 0, region.data(), offset, bytes);
    region.mark(offset, bytes, MemoryRegion.WRITTEN);
  }

  /** Copies from the device to the host; what was never written comes as garbage. */
  public void read(long address, MemorySegment target) {
    MemoryRegion region = require("read", address, target.byteSize());
    int offset = (int) (address - region.base());
    int bytes = (int) target.byteSize();
    MemorySegment.copy(region.data(), offset, target, ValueLayout.JAVA_BYTE, 0, bytes);
  }

  /** Copies inside the device; unwritten bytes stay unwritten. */
  public void copy(long target, long source, long bytes) {
    MemoryRegion from = require("copy from", source, bytes);
    MemoryRegion to = require("copy to", target, bytes);
    to.copyFrom((int) (target - to.base()), from, (int) (source - from.base()), (int) bytes);
  }

  /**
   * Fills with a repeated value.
   *
   * @param value its lowest bytes are used
   * @param valueBytes 1, 2 or 4
   * @param count of values
   */
  public void memset(long address, int value, int valueBytes, long count) {
    MemoryRegion region = require("memset", address, Math.multiplyExact(valueBytes, count));
    int offset = (int) (address - region.base());
    for (int i = 0; i < count; i++) {
      int at = offset + i * valueBytes;
      switch (valueBytes) {
        case 1 -> region.putByte(at, value);
        case 2 -> region.putShort(at, value);
        case 4 -> region.putInt(at, value);
        default -> throw new IllegalArgumentException("memset of " + valueBytes + " bytes");
      }
    }
    region.mark(offset, (int) (valueBytes * count), MemoryRegion.WRITTEN);
  }

  /** Makes a range garbage, as if just allocated: for allocators that hand out parts of it. */
  public void markUnwritten(long address, long bytes) {
    MemoryRegion region = require("markUnwritten", address, bytes);
    region.mark((int) (address - region.base()), (int) bytes, MemoryRegion.GARBAGE);
  }

  /** The allocation that an access lies in; null for none. */
  public MemoryRegion find(long address, int width) {
    MemoryRegion[] sorted = regions;
    int low = 0;
    int high = sorted.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle].base() > address) {
        high = middle - 1;
      } else if (sorted[middle].contains(address, width)) {
        return sorted[middle];
      } else {
        low = middle + 1;
      }
    }
    return null;
  }

  /** The last allocation that starts at or before an address; null for none. */
  public MemoryRegion before(long address) {
    MemoryRegion last = null;
    for (MemoryRegion region : regions) {
      if (region.base() <= address) {
        last = region;
      }
    }
    return last;
  }

  /** Ends the race records of a launch. */
  public void endLaunch() {
    for (MemoryRegion region : regions) {
      region.endLaunch();
    }
  }

  private MemoryRegion require(String operation, long address, long bytes) {
    MemoryRegion region = bytes < 0 || bytes > LARGEST ? null : find(address, (int) bytes);
    if (region == null) {
      throw new DeviceMemoryException(
          "%s of %d bytes at 0x%x is not inside of one allocation"
              .formatted(operation, bytes, address),
          false);
    }
    return region;
  }
}
