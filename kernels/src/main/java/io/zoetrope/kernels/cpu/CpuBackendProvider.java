package io.zoetrope.kernels.cpu;

import io.zoetrope.kernels.cpu.vector.GemmKernel;
import io.zoetrope.kernels.cpu.vector.VectorBackend;
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
    return new VectorBackend(
        threads == 0 ? Runtime.getRuntime().availableProcessors() : threads, GemmKernel.vector());
  }
}
