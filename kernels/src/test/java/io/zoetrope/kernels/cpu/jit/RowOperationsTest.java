package io.zoetrope.kernels.cpu.jit;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendContract;

class RowOperationsTest extends BackendContract {
  @Override
  protected Backend open() {
    return new RowBackend(Machine.all().findFirst().orElseThrow(), 2);
  }
}
