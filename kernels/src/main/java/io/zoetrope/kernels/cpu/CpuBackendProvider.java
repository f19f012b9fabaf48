package io.zoetrope.kernels.cpu;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.DeviceSpec;

/** Announces the device "cpu". */
public final class CpuBackendProvider implements BackendProvider {
  @Override
  public String device() {
    return "cpu";
  }

  @Override
  public Backend open(DeviceSpec spec, int threads) {
    spec.requirePlain();
    return new CpuBackend(threads);
  }
}
