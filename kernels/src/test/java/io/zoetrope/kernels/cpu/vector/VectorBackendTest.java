package io.zoetrope.kernels.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendContract;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VectorBackendTest extends BackendContract {
  @Override
  protected Backend open() {
    return new VectorBackend(2, GemmKernel.vector(), Optional.empty());
  }

  @Test
  void saysHowWideItsVectorsAre() {
    try (Backend backend = open()) {
      int bits = Elements.LANES * Float.SIZE;
      assertEquals("cpu (vector %d bit, 2 threads)".formatted(bits), backend.name());
    }
  }
}
