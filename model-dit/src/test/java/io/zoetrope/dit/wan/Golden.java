package io.zoetrope.dit.wan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What diffusers computed, and how far from it a result may be. */
final class Golden implements AutoCloseable {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private final SafetensorsFile tensors;
  private final JsonNode json;

  private Golden(SafetensorsFile tensors, JsonNode json) {
    this.tensors = tensors;
    this.json = json;
  }

  static Golden open(String fixture) throws IOException {
    Path folder = Fixtures.path(fixture);
    return new Golden(
        SafetensorsFile.open(folder.resolve("golden.safetensors")),
        JSON.readTree(folder.resolve("golden.json").toFile()));
  }

  JsonNode json() {
    return json;
  }

  boolean has(String name) {
    return tensors.names().contains(name);
  }

  /** The names that begin with a prefix, without it. */
  List<String> namesBelow(String prefix) {
    return tensors.names().stream()
        .filter(name -> name.startsWith(prefix))
        .map(name -> name.substring(prefix.length()))
        .toList();
  }

  /** A tensor without its batch dimension. */
  Tensor get(String name) {
    return tensors.tensor(name).select(0, 0);
  }

  /** A tensor as it is stored. */
  Tensor stored(String name) {
    return tensors.tensor(name);
  }

  /**
   * Holds a result against a golden: in F32 within ten times what float32 costs the reference (of
   * exact ones, a unit in the last place), in BF16 within twice the error of the reference in
   * bfloat16.
   */
  void check(String name, long[] shape, float[] actual, DType dtype) {
    Tensor expected = tensors.tensor(name);
    long[] expectedShape = expected.shape().sizes();
    boolean batch = expectedShape.length == shape.length + 1 && expectedShape[0] == 1;
    assertArrayEquals(
        batch ? Arrays.copyOfRange(expectedShape, 1, expectedShape.length) : expectedShape,
        shape,
        name);
    double largest = 0;
    double difference = 0;
    double differenceSquares = 0;
    double squares = 0;
    float[] values = expected.toFloats();
    for (int i = 0; i < values.length; i++) {
      double error = Math.abs((double) actual[i] - values[i]);
      assertTrue(Double.isFinite(error), () -> name + " is not finite");
      largest = Math.max(largest, Math.abs(values[i]));
      difference = Math.max(difference, error);
      differenceSquares += error * error;
      squares += (double) values[i] * values[i];
    }
    JsonNode tolerance = json.required("tolerance_by_stage").required(stage(name));
    if (dtype == DType.F32) {
      double float64 = tolerance.required("float64.max_abs").doubleValue();
      assertWithin(name, difference, Math.clamp(10 * float64, 1e-7 * largest, 1e-4 * largest));
    } else {
      double relative = Math.sqrt(differenceSquares / squares);
      double bfloat16 = tolerance.required("bfloat16.rel_rms").doubleValue();
      assertWithin(name, relative, bfloat16 == 0 ? 1e-4 : 2 * bfloat16);
    }
  }

  private static void assertWithin(String name, double error, double tolerance) {
    assertTrue(
        error <= tolerance, () -> "%s is off by %.3g of %.3g".formatted(name, error, tolerance));
  }

  /** Stages are named with # for every number behind the case's name. */
  private static String stage(String name) {
    int slash = name.indexOf('/');
    return name.substring(0, slash) + name.substring(slash).replaceAll("\\d+", "#");
  }

  @Override
  public void close() {
    tensors.close();
  }
}
