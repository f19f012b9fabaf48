package io.zoetrope.kernels.cuda.driver;

import java.lang.foreign.MemorySegment;
import jcuda.Pointer;

/** Native host memory as JCuda wants it: by address. */
final class HostPointer extends Pointer {
  /** Keeps memory of an automatic arena from being freed while this pointer is reachable. */
  private final MemorySegment kept;

  /** Memory that the driver will allocate. */
  HostPointer() {
    kept = MemorySegment.NULL;
  }

  /** Memory of a native segment. */
  HostPointer(MemorySegment segment) {
    super(requireNative(segment).address());
    kept = segment;
  }

  private static MemorySegment requireNative(MemorySegment segment) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException("the driver takes native memory only, not " + segment);
    }
    return segment;
  }

  /** What the driver allocated. */
  MemorySegment segment(long bytes) {
    return MemorySegment.ofAddress(getNativePointer()).reinterpret(bytes);
  }
}
