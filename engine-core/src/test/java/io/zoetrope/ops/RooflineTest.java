package io.zoetrope.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.tensor.DType;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RooflineTest {
  private static final Roofline ROOFLINE = new Roofline(Map.of(DType.F32, 1000.0), 100.0);

  @Test
  void theLongerOfProductsAndTrafficDecides() {
    assertEquals(0.8, ROOFLINE.leastSeconds(DType.F32, 800, 10), 1e-12);
    assertEquals(1, ROOFLINE.leastSeconds(DType.F32, 800, 100), 1e-12);
  }

  @Test
  void withoutARateOfProductsTheTrafficCountsAlone() {
    assertEquals(0.1, ROOFLINE.leastSeconds(DType.F16, 800, 10), 1e-12);
  }

  @Test
  void backendsThatDefineOrCountAreNotMeasured() {
    assertTrue(new ReferenceBackend().roofline().isEmpty());
    assertTrue(new DryRunBackend().roofline().isEmpty());
  }
}
