package io.zoetrope.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.WeightSource;
import java.nio.file.Path;
import java.util.Set;

/**
 * What a reference implementation computed, and how far from it a result may be: {@code
 * golden.json} and {@code golden.safetensors}.
 */
public final class Golden implements AutoCloseable {
  private final JsonNode json;
  private final WeightSource tensors;

  private Golden(JsonNode json, WeightSource tensors) {
    this.json = json;
    this.tensors = tensors;
  }

  public static Golden open(Path folder) {
    return new Golden(
        JsonConfig.read(folder.resolve("golden.json")).json(),
        WeightSource.open(folder.resolve("golden.safetensors")));
  }

  public JsonNode json() {
    return json;
  }

  public Set<String> names() {
    return tensors.names();
  }

  public boolean has(String name) {
    return names().contains(name);
  }

  /** A tensor as it is stored. */
  public Tensor stored(String name) {
    return tensors.tensor(name).load();
  }

  /** A tensor without its batch dimension. */
  public Tensor get(String name) {
    return stored(name).select(0, 0);
  }

  /** Holds a result against the golden of that name, which may have a batch dimension of 1. */
  public void check(String name, Tensor actual, DType computed) {
    Tensor stored = stored(name);
    boolean batch = stored.shape().rank() == actual.shape().rank() + 1 && stored.size(0) == 1;
    check(name, batch ? stored.select(0, 0) : stored, actual, computed);
  }

  /**
   * Holds a result against a golden in the result's layout: computed in F32, it has to be within
   * ten times what float32 costs the reference (of exact ones, a unit in the last place), in BF16
   * within twice the error of the reference in bfloat16.
   */
  public void check(String name, Tensor expected, Tensor actual, DType computed) {
    assertEquals(expected.shape(), actual.shape(), name);
    Difference difference = Difference.of(name, expected.toFloats(), actual.toFloats());
    if (computed == DType.F32) {
      double least = 1e-7 * difference.largest();
      double most = 1e-4 * difference.largest();
      assertWithin(
          name, difference.maxAbs(), Math.clamp(10 * float64Difference(name), least, most));
    } else {
      double bfloat16 = costOf(name, "bfloat16.rel_rms");
      assertWithin(name, difference.relativeRms(), bfloat16 == 0 ? 1e-4 : 2 * bfloat16);
    }
  }

  /** The largest absolute difference between the reference in float32 and in float64. */
  public double float64Difference(String name) {
    return costOf(name, "float64.max_abs");
  }

  /** Tolerances are those of stages, named with # for every number behind the case's name. */
  private double costOf(String name, String column) {
    int slash = name.indexOf('/');
    String stage = name.substring(0, slash) + name.substring(slash).replaceAll("\\d+", "#");
    JsonNode stages = json.required("tolerance_by_stage");
    return stages.required(stage).required(column).doubleValue();
  }

  /** Fails the test if an error is beyond its tolerance. */
  public static void assertWithin(String name, double error, double tolerance) {
    assertTrue(
        error <= tolerance, () -> "%s is off by %.3g of %.3g".formatted(name, error, tolerance));
  }

  @Override
  public void close() {
    tensors.close();
  }
}
