package io.zoetrope.kernels.cuda.driver;

import static jcuda.driver.JCudaDriver.cuMemAllocHost;
import static jcuda.driver.JCudaDriver.cuMemFreeHost;

import java.lang.foreign.MemorySegment;

/** Host memory that the device copies from and to by itself. */
final class PinnedMemory implements AutoCloseable {
  private final DriverCalls calls;
  private final HostPointer pointer = new HostPointer();
  private final MemorySegment segment;

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
