package io.zoetrope.kernels.cuda;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendContract;
import io.zoetrope.ops.cases.Catalogue;
import io.zoetrope.ops.cases.OperationCase;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

  /** What launches a kernel is run by {@link KernelTest}. */
  @Override
  protected Stream<OperationCase> cases() {
    Set<OperationCase> launching =
        KernelScenarios.all().values().stream().flatMap(List::stream).collect(Collectors.toSet());
    return Catalogue.checked().filter(test -> !launching.contains(test));
  }
}
