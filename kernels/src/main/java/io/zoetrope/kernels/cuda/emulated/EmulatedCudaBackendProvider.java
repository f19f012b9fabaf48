package io.zoetrope.kernels.cuda.emulated;

import io.zoetrope.kernels.cuda.CudaBackend;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.DeviceSpec;

/** Announces the device "cuda-emulated". */
public final class EmulatedCudaBackendProvider implements BackendProvider {
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
            Runtime.getRuntime().maxMemory() / 2));
  }
}
