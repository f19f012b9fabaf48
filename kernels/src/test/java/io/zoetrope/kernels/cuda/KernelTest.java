package io.zoetrope.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.cuda.runtime.PtxLibrary;
import io.zoetrope.kernels.emulator.report.LaunchReport;
import io.zoetrope.kernels.emulator.report.LineProfile;
import io.zoetrope.ops.CaseCheck;
import io.zoetrope.ops.Ops;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
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
        .map(scenario ->
            DynamicTest.dynamicTest(
                scenario.getKey(),
                () -> {
                  EmulatorRuntime runtime = new EmulatorRuntime();
                  try (Ops ops = new Ops(new CudaBackend(runtime));
                      CaseCheck check = KernelScenarios.check(ops)) {
                    scenario.getValue().forEach(check::run);
                  }
                  List<LaunchReport> launches =
                      runtime.launches().stream()
                          .filter(launch -> launch.kernel().equals(scenario.getKey()))
                          .toList();
                  assertFalse(launches.isEmpty(), "was not launched");
                  assertSharedBytesAreDocumented(scenario.getKey(), launches);
                  for (LaunchReport launch : launches) {
                    assertMatricesWithoutConflicts(launch);
                  }
                }));
  }

  /** The most that launches ask for; of attention in float32, for heads of 128. */
  private static void assertSharedBytesAreDocumented(String kernel, List<LaunchReport> launches) {
    SortedSet<Integer> bytes =
        launches.stream()
            .map(launch -> launch.staticSharedBytes() + launch.dynamicSharedBytes())
            .collect(Collectors.toCollection(TreeSet::new));
    int documented = Integer.parseInt(Handbook.resources().get(kernel).get("shared bytes"));
    if (kernel.equals("attention_f32")) {
      assertTrue(bytes.contains(documented), bytes::toString);
    } else {
      assertEquals(documented, bytes.last());
    }
  }

  /** The swizzle of a tile may be wrong and go unnoticed in the results, but not here. */
  private static void assertMatricesWithoutConflicts(LaunchReport launch) {
    for (LineProfile line : launch.lines()) {
      if (line.text().startsWith("ldmatrix")) {
        String what = "%s in %s".formatted(line, launch.kernel());
        assertEquals(line.idealTransactions(), line.transactions(), what);
      }
    }
  }
}
