package io.zoetrope.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.ops.Roofline;
import io.zoetrope.tensor.DType;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PeakMeasurementTest {
  @Test
  void bothBoundsAreMeasured() {
    try (WorkerPool pool = new WorkerPool(2)) {
      Roofline roofline = new PeakMeasurement(pool, (5 << 20) + 3).roofline();
      assertEquals(Set.of(DType.F32, DType.BF16), roofline.flopsPerSecond().keySet());
      // No machine is slower, or faster, than this: a wrong unit would be.
      assertTrue(roofline.bytesPerSecond() > 1e7 && roofline.bytesPerSecond() < 1e14);
      for (double flops : roofline.flopsPerSecond().values()) {
        assertTrue(flops > 1e8 && flops < 1e15, () -> "flops per second: " + flops);
      }
    }
  }
}
