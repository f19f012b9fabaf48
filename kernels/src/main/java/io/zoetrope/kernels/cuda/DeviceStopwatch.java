package io.zoetrope.kernels.cuda;

import io.zoetrope.kernels.cuda.runtime.CudaRuntime;
import io.zoetrope.ops.Stopwatch;

/** Reads the clock of a device, by marks before and behind what is launched. */
final class DeviceStopwatch implements Stopwatch {
  private final CudaRuntime runtime;
  private CudaRuntime.Mark start;

  DeviceStopwatch(CudaRuntime runtime) {
    this.runtime = runtime;
  }

  @Override
  public void start() {
    // An operation that failed was not stopped.
    if (start != null) {
      start.close();
    }
    start = runtime.mark();
  }

  @Override
  public long stop() {
    try (CudaRuntime.Mark begun = start;
        CudaRuntime.Mark end = runtime.mark()) {
      start = null;
      return Math.round(end.secondsSince(begun) * 1e9);
    }
  }
}
