package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.tensor.DType;
import java.util.HashMap;
import java.util.Map;

/**
 * How far from the reference a tensor may be.
 *
 * <p>In F32: ten times as far as the reference's own F32 result is from its F64 result, largest
 * difference against largest difference. In BF16, where the reference's BF16 run differs from its
 * F32 run: twice that difference, root mean square against root mean square. Both come from {@code
 * tolerance_by_stage} of {@code golden.json}. Where the reference had no difference at all, or
 * recorded none, a small fraction of the largest value.
 *
 * <p>In BF16 a result of few elements is near the F32 one by luck now and then. So the reference's
 * difference is the largest that the stage has in any case of the fixture, with and without the
 * prompt; and it is allowed one rounding, because the reference shows the results of norms before
 * it rounds them.
 */
final class Tolerances {
  private static final double F64_FACTOR = 10;
  private static final double BF16_FACTOR = 2;

  /** Largest relative error of rounding to BF16, with its 8 bits of precision. */
  private static final double BF16_ROUNDING = 0x1p-8;

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
  private final Map<String, Double> bfloat16 = new HashMap<>();

  Tolerances(JsonNode golden, DType dtype) {
    this.stages = golden.path("tolerance_by_stage");
    this.dtype = dtype;
    stages
        .properties()
        .forEach(stage ->
            bfloat16.merge(
                network(stage.getKey()), bfloat16Difference(stage.getValue()), Math::max));
  }

  /**
   * The bound for a tensor.
   *
   * @param name its name in the fixture
   * @param largest its largest absolute value
   */
  Limit of(String name, double largest) {
    JsonNode stage = stages.path(stageOf(name));
    if (dtype == DType.BF16 && bfloat16Difference(stage) > 0) {
      double difference = bfloat16.get(network(stageOf(name)));
      return new Limit(Math.max(BF16_FACTOR * difference, BF16_ROUNDING), true);
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

  private static double bfloat16Difference(JsonNode stage) {
    return stage.path("bfloat16.rel_rms").asDouble(0);
  }

  /** A stage whichever the case, and whether of the prompt or of the negative prompt. */
  private static String network(String stage) {
    return stage
        .substring(stage.indexOf('/') + 1)
        .replace("/uncond/", "/cond/")
        .replace("negative_prompt", "prompt");
  }
}
