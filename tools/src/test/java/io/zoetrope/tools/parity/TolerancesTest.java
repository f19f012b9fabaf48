package io.zoetrope.tools.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.tensor.DType;
import io.zoetrope.tools.parity.Tolerances.Limit;
import org.junit.jupiter.api.Test;

class TolerancesTest {
  private static final JsonNode GOLDEN =
      JsonConfig.parse(
              "golden",
              """
              {"tolerance_by_stage": {
                "a/step#/cond/block#": {"float64.max_abs": 2e-6, "bfloat16.rel_rms": 0.01},
                "a/step#/uncond/block#": {"float64.max_abs": 3e-6, "bfloat16.rel_rms": 0.001},
                "b/step#/cond/block#": {"float64.max_abs": 4e-6, "bfloat16.rel_rms": 0.02},
                "a/step#/cond/norm": {"float64.max_abs": 5e-6, "bfloat16.rel_rms": 0.0001},
                "a/scheduler/sigmas": {"float64.max_abs": 0.0, "bfloat16.rel_rms": 0.0}}}
              """)
          .json();

  private static Limit limit(DType dtype, String name) {
    return new Tolerances(GOLDEN, dtype).of(name, 3);
  }

  @Test
  void inSinglePrecisionTenTimesTheOwnStage() {
    assertEquals(new Limit(10 * 2e-6, false), limit(DType.F32, "a/step0/cond/block12"));
    assertEquals(new Limit(10 * 3e-6, false), limit(DType.F32, "a/step11/uncond/block0"));
  }

  @Test
  void inHalfPrecisionTwiceTheWorstOfTheNetwork() {
    assertEquals(new Limit(0.04, true), limit(DType.BF16, "a/step0/uncond/block12"));
    assertEquals(new Limit(0.04, true), limit(DType.BF16, "b/step3/cond/block1"));
  }

  @Test
  void halfPrecisionMayRoundOnce() {
    assertEquals(new Limit(1 / 256.0, true), limit(DType.BF16, "a/step0/cond/norm"));
  }

  @Test
  void whatIsExactInTheReferenceStaysSo() {
    assertEquals(3e-6, limit(DType.F32, "a/scheduler/sigmas").value(), 1e-12);
    assertEquals(3e-6, limit(DType.BF16, "a/scheduler/sigmas").value(), 1e-12);
    assertEquals(3e-4, limit(DType.F32, "a/unknown").value(), 1e-12);
  }
}
