package io.zoetrope.kernels.cuda;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendContract;

/** Every operation on the emulator, with all its checks. */
class CudaBackendContractTest extends BackendContract {
  @Override
  protected Backend open() {
    return new CudaBackend(new EmulatorRuntime());
  }

  @Override
  protected boolean roundsProbabilities() {
    return true;
  }
}
