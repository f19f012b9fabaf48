package io.zoetrope.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.zoetrope.kernels.cuda.runtime.PtxLibrary;
import io.zoetrope.kernels.emulator.report.LaunchReport;
import io.zoetrope.kernels.emulator.report.LineProfile;
import io.zoetrope.ops.Ops;
import java.util.List;
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
        .map(scenario ->
            DynamicTest.dynamicTest(
                scenario.getKey(),
                () -> {
                  EmulatorRuntime runtime = new EmulatorRuntime();
                  try (Ops ops = new Ops(new CudaBackend(runtime))) {
                    scenario.getValue().accept(ops);
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

  /** The most that launches ask for; only attention in float32 has more for larger heads. */
  private static void assertSharedBytesAreDocumented(String kernel, List<LaunchReport> launches) {
    int most =
        launches.stream()
            .mapToInt(launch -> launch.staticSharedBytes() + launch.dynamicSharedBytes())
            .max()
            .orElseThrow();
    assertEquals(Handbook.resources().get(kernel).get("shared bytes"), "" + most);
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
