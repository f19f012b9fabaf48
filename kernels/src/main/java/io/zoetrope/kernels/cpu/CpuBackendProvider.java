package io.zoetrope.kernels.cpu;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;

/** Announces the device "cpu". */
public final class CpuBackendProvider implements BackendProvider {
  @Override
  public String device() {
    return "cpu";
  }

  @Override
  public Backend open(int threads) {
    return new CpuBackend(threads);
  }
}
