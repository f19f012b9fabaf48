package io.zoetrope.kernels.cuda;

import io.zoetrope.kernels.cuda.emulated.LaunchRecorder;
import io.zoetrope.kernels.cuda.memory.DeviceStorage;
import io.zoetrope.ops.CaseCheck;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.cases.Catalogue;
import io.zoetrope.ops.cases.OperationCase;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** For each kernel the cases of the catalogue that launch it. */
final class KernelScenarios {
  /** The catalogue by kernel, which is the same every time. */
  private static final Map<String, List<OperationCase>> ALL = byKernel();

  private KernelScenarios() {}

  /** By the name of the kernel. */
  static Map<String, List<OperationCase>> all() {
    return ALL;
  }

  private static Map<String, List<OperationCase>> byKernel() {
    Map<OperationCase, Set<String>> launched = new LinkedHashMap<>();
    Set<List<Object>> seen = new HashSet<>();
    LaunchRecorder recorder = new LaunchRecorder(new EmulatorRuntime().multiprocessors());
    try (CudaBackend backend = new CudaBackend(recorder);
        Ops ops = new Ops(backend)) {
      Catalogue.checked()
          .forEach(test -> {
            try (var _ = ops.scope()) {
              List<Tensor> operands = test.on(ops, test.host());
              // Weights that are stored in another way come to kernels as the same numbers.
              List<DType> dtypes = operands.stream().map(Tensor::dtype).toList();
              if (seen.add(List.of(test.name(), test.dtype(), dtypes))) {
                recorder.launched();
                test.run(ops, operands);
                launched.put(test, recorder.launched());
              }
            }
          });
    }
    Map<String, List<OperationCase>> byKernel = new TreeMap<>();
    launched.forEach((test, kernels) -> {
      for (String kernel : kernels) {
        byKernel.computeIfAbsent(kernel, _ -> new ArrayList<>()).add(test);
      }
    });
    // A kernel that helps other operations is tested by its own, if it has one.
    byKernel
        .values()
        .forEach(cases -> {
          Set<String> own =
              cases.stream()
                  .filter(test -> launched.get(test).size() == 1)
                  .map(OperationCase::operation)
                  .collect(Collectors.toSet());
          cases.removeIf(test -> !own.isEmpty() && !own.contains(test.operation()));
          // A bug is noticed soonest where there is little to compute.
          cases.sort(Comparator.comparingLong(KernelScenarios::elements));
        });
    return byKernel;
  }

  private static long elements(OperationCase test) {
    return test.operands().stream().mapToLong(operand -> operand.shape().count()).sum();
  }

  /** Compares results of a device, which may not reach beyond their ends. */
  static CaseCheck check(Ops tested) {
    return new CaseCheck(tested, true, false) {
      /**
       * Results that are no operands lie in slabs, where the emulator does not see a step beyond
       * their end. But nothing else has been there: what follows must still be the emulator's
       * garbage.
       */
      @Override
      protected void inspect(Tensor result) {
        byte[] behind = new byte[256];
        ((CudaBackend) tested.backend())
            .runtime()
            .copyToHost(
                MemorySegment.ofArray(behind), DeviceStorage.addressOf(result) + result.byteSize());
        for (int i = 0; i < behind.length; i++) {
          if (behind[i] != (byte) 0xFF) {
            throw new AssertionError("byte %d behind %s was written".formatted(i, result));
          }
        }
      }
    };
  }
}
