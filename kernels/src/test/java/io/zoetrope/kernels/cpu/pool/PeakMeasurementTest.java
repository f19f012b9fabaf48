package io.zoetrope.kernels.cpu.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.ops.Roofline;
import io.zoetrope.tensor.DType;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PeakMeasurementTest {
  private static final int FLOPS = 1000;

  @Test
  void bothBoundsAreMeasured() {
    try (WorkerPool<Object> pool = new WorkerPool<>(2, Object::new)) {
      var work = new PeakMeasurement.Products<Object>(FLOPS, (_, _) -> multiplyAdd());
      var products = Map.of(DType.F32, work, DType.BF16, work);
      Roofline roofline = new PeakMeasurement<>(pool, products, (5 << 20) + 3).roofline();
      assertEquals(Set.of(DType.F32, DType.BF16), roofline.flopsPerSecond().keySet());
      // No machine is slower, or faster, than this: a wrong unit would be.
      assertTrue(roofline.bytesPerSecond() > 1e7 && roofline.bytesPerSecond() < 1e14);
      for (double flops : roofline.flopsPerSecond().values()) {
        assertTrue(flops > 1e8 && flops < 1e15, () -> "flops per second: " + flops);
      }
    }
  }

  private static void multiplyAdd() {
    float sum = 0;
    for (int i = 0; i < FLOPS / 2; i++) {
      sum = Math.fma(sum, 0.5f, 1f);
    }
    assertTrue(sum > 1);
  }
}
