package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.cuda.standin.NeedsStandIn;
import io.zoetrope.kernels.cuda.standin.StandInDriver;
import org.junit.jupiter.api.Test;

/** What users are told about devices; the tests hold with and without a card. */
class DeviceTest extends CommandTest {
  private static final int OUT_OF_MEMORY = 2;

  @Test
  void aCardThatIsNotThereIsOneLine() {
    assertEquals(1, generate("--device", "cuda:99"));
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(
        err.toString()
            .matches(
                "zoetrope: (libcuda.so.1|nvcuda.dll|NVIDIA's driver|device cuda:99).*use --device"
                    + " cpu.*\n|zoetrope: device cuda:99 is unknown.*\n"),
        err.toString());
    assertEquals("", out.toString());
  }

  @Test
  void autoSaysWhatItChoseAndWhy() {
    assertEquals(0, generate("--device", "auto"), err.toString());
    assertTrue(
        err.toString()
            .lines()
            .findFirst()
            .orElseThrow()
            .matches("device auto: (cpu, because .+|cuda \\(.+\\))"),
        err.toString());
  }

  @NeedsStandIn
  @Test
  void autoNamesTheCard() {
    // Ends the job with its first kernel: the emulator takes its time.
    StandInDriver.start().fail("cuModuleLoadDataEx", OUT_OF_MEMORY, 0);
    assertEquals(1, generate("--device", "auto"));
    assertEquals(
        "device auto: cuda (stand-in A100, compute capability 8.0)",
        err.toString().lines().findFirst().orElseThrow());
  }

  @NeedsStandIn
  @Test
  void autoPassesOverACardThatCannotBeOpened() {
    StandInDriver.start().fail("cuCtxCreate_v2", OUT_OF_MEMORY, 0);
    assertEquals(0, generate("--device", "auto"), err.toString());
    assertEquals(
        "device auto: cpu, because creating a context on cuda:0 (stand-in A100) failed with"
            + " CUDA_ERROR_OUT_OF_MEMORY",
        err.toString().lines().findFirst().orElseThrow());
  }

  @Test
  void selftestRunsInEveryNumberFormatThatThereIs() {
    assertEquals(2, run("selftest", "--dtype", "bf16"));
    assertTrue(err.toString().contains("unknown option '--dtype'"), err.toString());
  }

  @Test
  void selftestPrintsATable() {
    assertEquals(0, run("selftest", "--device", "cuda-emulated"), err.toString());
    assertTrue(out.toString().contains(" on cuda (PTX emulator, "), out.toString());
    assertTrue(out.toString().endsWith("every result is right\n"), out.toString());
    assertEquals("", err.toString());
  }

  @Test
  void selftestIsForCards() {
    assertEquals(1, run("selftest"));
    assertEquals(
        "zoetrope: selftest is for CUDA devices: use --device cuda or --device cuda-emulated\n",
        err.toString());
  }
}
