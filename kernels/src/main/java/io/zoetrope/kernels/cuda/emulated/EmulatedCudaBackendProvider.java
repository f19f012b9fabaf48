package io.zoetrope.kernels.cuda.emulated;

import io.zoetrope.kernels.cuda.CudaBackend;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.DeviceSpec;

/** Announces the device "cuda-emulated". */
public final class EmulatedCudaBackendProvider implements BackendProvider {
  /** Emulated memory takes twice its size of the heap, which has to hold other things as well. */
  private static final int HEAP_BYTES_PER_BYTE = 4;

  @Override
  public String device() {
    return "cuda-emulated";
  }

  @Override
  public Backend open(DeviceSpec spec, int threads) {
    spec.requirePlain();
    return new CudaBackend(
        new EmulatedRuntime(
            threads == 0 ? Runtime.getRuntime().availableProcessors() : threads,
            Runtime.getRuntime().maxMemory() / HEAP_BYTES_PER_BYTE));
  }

  @Override
  public boolean computesInJava(DeviceSpec spec) {
    return true;
  }
}
