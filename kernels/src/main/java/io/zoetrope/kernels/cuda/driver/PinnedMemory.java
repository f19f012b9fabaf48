package io.zoetrope.kernels.cuda.driver;

import static jcuda.driver.JCudaDriver.cuMemAllocHost;
import static jcuda.driver.JCudaDriver.cuMemFreeHost;

import io.zoetrope.kernels.cuda.CudaException;
import java.lang.foreign.MemorySegment;

/** Host memory that the device copies from and to by itself. */
final class PinnedMemory implements AutoCloseable {
  private final DriverCalls calls;
  private final HostPointer pointer = new HostPointer();
  private final MemorySegment segment;

  /**
   * Allocates memory.
   *
   * @throws CudaException if there is too little, or for 2 GiB and more: JCuda makes a byte buffer
   *     of it
   */
  PinnedMemory(DriverCalls calls, long bytes) {
    this.calls = calls;
    if (bytes > Integer.MAX_VALUE) {
      throw new CudaException(
          "pinning %d MiB of host memory on %s: less than 2048 MiB are possible; let the weight stay on the device with a larger weights= of --device, or halve it with --dtype bf16"
              .formatted(bytes >> 20, calls.device()));
    }
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
