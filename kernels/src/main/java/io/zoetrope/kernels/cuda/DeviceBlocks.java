package io.zoetrope.kernels.cuda;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Addresses that are freed together. */
final class DeviceBlocks {
  private final Queue<Long> addresses = new ConcurrentLinkedQueue<>();

  DeviceBlocks(long address) {
    add(address);
  }

  void add(long address) {
    addresses.add(address);
  }

  void free(CudaRuntime runtime) {
    for (Long address = addresses.poll(); address != null; address = addresses.poll()) {
      runtime.free(address);
    }
  }
}
