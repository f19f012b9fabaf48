package io.zoetrope.kernels.cpu.jit.emulator;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The memory of the process, of which the code may be held to a few ranges. */
final class Memory {
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  /** Ranges that the code may touch, or null for all memory. */
  private MemorySegment[] allowed;

  private MemorySegment latest = MemorySegment.NULL;

  void allow(MemorySegment[] ranges) {
    allowed = ranges;
    latest = MemorySegment.NULL;
  }

  private void check(String verb, long address, int bytes) {
    if (allowed == null || contains(latest, address, bytes)) {
      return;
    }
    MemorySegment nearest = null;
    long nearestDistance = Long.MAX_VALUE;
    for (MemorySegment range : allowed) {
      if (contains(range, address, bytes)) {
        latest = range;
        return;
      }
      long distance = Math.abs(address - range.address());
      if (distance < nearestDistance) {
        nearestDistance = distance;
        nearest = range;
      }
    }
    throw new EmulatorFault(
        "%s %d bytes at 0x%x, outside of the allowed memory%s"
            .formatted(
                verb,
                bytes,
                address,
                nearest == null
                    ? ""
                    : "; nearest: 0x%x to 0x%x, %d bytes from its start"
                        .formatted(
                            nearest.address(),
                            nearest.address() + nearest.byteSize(),
                            address - nearest.address())));
  }

  private void checkWrite(long address, int bytes) {
    check("writes", address, bytes);
    if (allowed != null && latest.isReadOnly()) {
      throw new EmulatorFault(
          "writes %d bytes at 0x%x, which are to be read only".formatted(bytes, address));
    }
  }

  private static boolean contains(MemorySegment range, long address, int bytes) {
    long offset = address - range.address();
    return offset >= 0 && offset <= range.byteSize() - bytes;
  }

  short read16(long address) {
    check("reads", address, Short.BYTES);
    return ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, address);
  }

  int read32(long address) {
    check("reads", address, Integer.BYTES);
    return ALL.get(ValueLayout.JAVA_INT_UNALIGNED, address);
  }

  long read64(long address) {
    check("reads", address, Long.BYTES);
    return ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, address);
  }

  void write16(long address, short value) {
    checkWrite(address, Short.BYTES);
    ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, address, value);
  }

  void write32(long address, int value) {
    checkWrite(address, Integer.BYTES);
    ALL.set(ValueLayout.JAVA_INT_UNALIGNED, address, value);
  }

  void write64(long address, long value) {
    checkWrite(address, Long.BYTES);
    ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, address, value);
  }

  /** Reads {@code lanes} ints to {@code to[at]} and the following. */
  void read(long address, int[] to, int at, int lanes) {
    check("reads", address, lanes * Integer.BYTES);
    for (int i = 0; i < lanes; i++) {
      to[at + i] = ALL.get(ValueLayout.JAVA_INT_UNALIGNED, address + 4L * i);
    }
  }

  void write(long address, int[] from, int at, int lanes) {
    checkWrite(address, lanes * Integer.BYTES);
    for (int i = 0; i < lanes; i++) {
      ALL.set(ValueLayout.JAVA_INT_UNALIGNED, address + 4L * i, from[at + i]);
    }
  }
}
