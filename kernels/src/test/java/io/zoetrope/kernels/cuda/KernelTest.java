package io.zoetrope.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.ops.Ops;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each kernel on the emulator, with all its checks, against the definition of its operation. */
class KernelTest {
  @Test
  void everyKernelHasAScenario() {
    assertEquals(
        new TreeSet<>(new PtxLibrary().kernels()), new TreeSet<>(KernelScenarios.all().keySet()));
  }

  @TestFactory
  Stream<DynamicTest> scenarios() {
    return KernelScenarios.all().entrySet().stream()
        .map(
            scenario ->
                DynamicTest.dynamicTest(
                    scenario.getKey(),
                    () -> {
                      EmulatorRuntime runtime = new EmulatorRuntime();
                      try (Ops ops = new Ops(new CudaBackend(runtime))) {
                        scenario.getValue().accept(ops);
                      }
                      assertTrue(
                          runtime.launched().contains(scenario.getKey()),
                          () -> "launched " + runtime.launched());
                    }));
  }
}
