package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What users are told about devices; the tests hold with and without a card. */
class DeviceTest extends CommandTest {
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
            .matches("device auto: (cpu, because .+|cuda, because a card is there)"),
        err.toString());
  }

  @Test
  void selftestIsForCards() {
    assertEquals(1, run("selftest"));
    assertEquals(
        "zoetrope: selftest is for CUDA devices: use --device cuda or --device cuda-emulated\n",
        err.toString());
  }
}
