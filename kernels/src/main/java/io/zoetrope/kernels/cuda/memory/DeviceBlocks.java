package io.zoetrope.kernels.cuda.memory;

import io.zoetrope.kernels.cuda.runtime.CudaRuntime;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongConsumer;

/** Memory that is given back together. */
public final class DeviceBlocks {
  private final CudaRuntime runtime;
  private final LongConsumer counter;
  private final Queue<Runnable> releases = new ConcurrentLinkedQueue<>();

  /**
   * Begins without memory.
   *
   * @param counter is told by how many bytes the device memory of {@link #allocate} grows or
   *     shrinks
   */
  public DeviceBlocks(CudaRuntime runtime, LongConsumer counter) {
    this.runtime = runtime;
    this.counter = counter;
  }

  /** Adds device memory; returns its address. */
  public long allocate(long bytes) {
    long address = runtime.allocate(bytes);
    counter.accept(bytes);
    add(() -> {
      runtime.free(address);
      counter.accept(-bytes);
    });
    return address;
  }

  /** Adds what gives a piece of memory back. */
  void add(Runnable release) {
    releases.add(release);
  }

  /** Gives everything back; to be called by the thread of the device. */
  public void free() {
    for (Runnable release = releases.poll(); release != null; release = releases.poll()) {
      release.run();
    }
  }
}
