package io.zoetrope.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendContract;
import io.zoetrope.ops.BackendProvider;
import org.junit.jupiter.api.Test;

class CpuBackendTest extends BackendContract {
  @Override
  protected Backend open() {
    return new CpuBackend(2);
  }

  @Test
  void isFoundByItsDeviceAndRunsTheVectorKernel() {
    try (Backend backend = BackendProvider.open("cpu", 2)) {
      assertInstanceOf(CpuBackend.class, backend);
      int bits = Elements.LANES * Float.SIZE;
      assertEquals("cpu (vector %d bit, 2 threads)".formatted(bits), backend.name());
    }
  }

  @Test
  void usesAllProcessorsUnlessTold() {
    try (Backend backend = new CpuBackend(0)) {
      int processors = Runtime.getRuntime().availableProcessors();
      assertTrue(backend.name().contains(processors + " threads"), backend.name());
    }
    assertThrows(IllegalArgumentException.class, () -> new CpuBackend(-1));
  }

  @Test
  void refusesUnknownKernels() {
    System.setProperty("zoetrope.gemm", "abacus");
    try {
      var error = assertThrows(IllegalArgumentException.class, () -> new CpuBackend(1));
      assertTrue(error.getMessage().contains("abacus"), error.getMessage());
    } finally {
      System.clearProperty("zoetrope.gemm");
    }
  }
}
