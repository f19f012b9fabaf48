package io.zoetrope.tools.cli;

import io.zoetrope.kernels.cuda.runtime.CudaException;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.DeviceUnavailableException;
import java.io.PrintWriter;

/**
 * The device {@code auto}: a card if there is one that works, or else the CPU. A class of its own,
 * so that jobs that name their device load nothing of CUDA.
 */
final class AutomaticDevice {
  private AutomaticDevice() {}

  /**
   * Opens the device.
   *
   * @param threads number of compute threads, or 0 for one per processor
   * @param err gets a line that says which device and why
   */
  static Backend open(int threads, PrintWriter err) {
    try {
      Backend backend = BackendProvider.open("cuda", threads);
      err.println("device auto: " + backend.name());
      return backend;
    } catch (DeviceUnavailableException | CudaException e) {
      Restart.ifThoroughIsNeeded("cpu");
      err.println("device auto: cpu, because " + e.getMessage());
      return BackendProvider.open("cpu", threads);
    }
  }
}
