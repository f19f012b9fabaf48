package io.zoetrope.kernels.cuda.driver;

import static jcuda.driver.JCudaDriver.cuMemAllocHost;
import static jcuda.driver.JCudaDriver.cuMemFreeHost;

import io.zoetrope.kernels.cuda.runtime.CudaException;
import java.lang.foreign.MemorySegment;

/** Host memory that the device copies from and to by itself. */
final class PinnedMemory implements AutoCloseable {
  /** JCuda makes a byte buffer of all memory that it pins, so it pins less than 2 GiB at once. */
  static final long MAX_BYTES = 1L << 30;

  private final DriverCalls calls;
  private final HostPointer pointer = new HostPointer();
  private final MemorySegment segment;

  /**
   * Allocates memory.
   *
   * @param bytes up to {@link #MAX_BYTES}
   * @throws CudaException.OutOfMemory if there is too little
   */
  PinnedMemory(DriverCalls calls, long bytes) {
    this.calls = calls;
    calls.check(cuMemAllocHost(pointer, bytes), "pinning %d MiB of host memory", (bytes >> 20) + 1);
    segment = pointer.segment(bytes);
  }

  MemorySegment segment() {
    return segment;
  }

  @Override
  public void close() {
    if (!calls.isLost()) {
      calls.check(cuMemFreeHost(pointer), "releasing pinned memory");
    }
  }
}
