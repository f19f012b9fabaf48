package io.zoetrope.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.cuda.runtime.CudaException;
import io.zoetrope.kernels.cuda.runtime.PtxLibrary;
import io.zoetrope.kernels.cuda.standin.NeedsStandIn;
import io.zoetrope.kernels.cuda.standin.StandInDriver;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.CaseCheck;
import io.zoetrope.ops.Ops;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Each kernel on device "cuda": its module, its arguments and its shared memory go through JCuda's
 * native code to the stand-in driver.
 */
@NeedsStandIn
class DriverKernelTest {
  /** As many of a kernel's cases as show that its arguments arrive. */
  private static final int CASES = 2;

  private void run(String kernel) {
    try (Backend backend = BackendProvider.open("cuda", 1);
        Ops ops = new Ops(backend);
        CaseCheck check = KernelScenarios.check(ops)) {
      KernelScenarios.all().get(kernel).stream().limit(CASES).forEach(check::run);
    }
  }

  /** All kernels of the manifest. */
  @TestFactory
  Stream<DynamicTest> scenarios() {
    return new PtxLibrary()
        .kernels().stream()
            .map(kernel ->
                DynamicTest.dynamicTest(
                    kernel,
                    () -> {
                      assertNotNull(KernelScenarios.all().get(kernel), "has no case");
                      StandInDriver standIn = StandInDriver.start();
                      run(kernel);
                      assertTrue(standIn.kernelsRun().contains(kernel), "was not launched");
                      assertEquals(List.of(), standIn.errors());
                    }));
  }

  /** More than 48 KiB of shared memory must be asked for, or the launch fails. */
  @Test
  void largeTilesAskForTheirSharedMemory() {
    StandInDriver.start().ignore("cuFuncSetAttribute");
    var error = assertThrows(CudaException.class, () -> run("attention_bf16_384"));
    assertTrue(
        error.getMessage().startsWith("launching attention_bf16_384 with a grid of"),
        error.getMessage());
    run("attention_bf16_128");
  }
}
