package io.zoetrope.kernels.cuda.emulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class EmulatedRuntimeTest {
  private static String refused(Object... arguments) {
    try (EmulatedRuntime runtime = new EmulatedRuntime(1, 1 << 20)) {
      return assertThrows(
              IllegalArgumentException.class,
              () -> runtime.launch("fill", 1, 1, 1, 32, 1, 1, 0, arguments))
          .getMessage();
    }
  }

  @Test
  void aLaunchWithWrongArgumentsNamesKernelAndParameter() {
    long[] layout = new long[25];
    assertEquals(
        "fill: parameter 2, outBf16, is .u32; argument Long 0 does not fit",
        refused(1L, 0L, 1f, layout));
    assertEquals(
        "fill: parameter 2, outBf16, is .u32; argument Float 1.0 does not fit",
        refused(1L, 1f, 0, layout));
    assertEquals("fill takes 4 arguments (out, outBf16, value, layout), not 3", refused(1L, 0, 1f));
  }
}
