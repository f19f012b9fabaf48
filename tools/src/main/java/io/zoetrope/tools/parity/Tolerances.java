package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.tensor.DType;

/**
 * How far from the reference a tensor may be.
 *
 * <p>In F32: ten times as far as the reference's own F32 result is from its F64 result, largest
 * difference against largest difference. In BF16, where the reference's BF16 run differs from its
 * F32 run: twice that difference, root mean square against root mean square. Both come from {@code
 * tolerance_by_stage} of {@code golden.json}. Where the reference had no difference at all, or
 * recorded none, a small fraction of the largest value.
 */
final class Tolerances {
  private static final double F64_FACTOR = 10;
  private static final double BF16_FACTOR = 2;

  /** Of the largest value, for what is exact in the reference: tables, timesteps, inputs. */
  private static final double EXACT = 1e-6;

  /**
   * Of the largest value, where the fixture says nothing: what its README suggests for pipelines.
   */
  private static final double UNKNOWN = 1e-4;

  /**
   * A bound.
   *
   * @param relative whether it bounds the relative root mean square difference, else the largest
   *     absolute one
   */
  record Limit(double value, boolean relative) {}

  private final JsonNode stages;
  private final DType dtype;

  Tolerances(JsonNode golden, DType dtype) {
    this.stages = golden.path("tolerance_by_stage");
    this.dtype = dtype;
  }

  /**
   * The bound for a tensor.
   *
   * @param name its name in the fixture
   * @param largest its largest absolute value
   */
  Limit of(String name, double largest) {
    JsonNode own = stages.path(stageOf(name));
    JsonNode stage = own.isMissingNode() ? stages.path(stageOf(Fixture.shared(name))) : own;
    double bfloat16 = stage.path("bfloat16.rel_rms").asDouble(0);
    if (dtype == DType.BF16 && bfloat16 > 0) {
      return new Limit(BF16_FACTOR * bfloat16, true);
    }
    double floor = (stage.isMissingNode() ? UNKNOWN : EXACT) * largest;
    return new Limit(
        Math.max(F64_FACTOR * stage.path("float64.max_abs").asDouble(0), floor), false);
  }

  /** Names of tensors with step, block and call numbers as {@code #}; the case's own name stays. */
  private static String stageOf(String name) {
    int slash = name.indexOf('/');
    return name.substring(0, slash + 1) + name.substring(slash + 1).replaceAll("\\d+", "#");
  }
}
