package io.zoetrope.vae.wan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/**
 * The tensors of a {@code golden.safetensors}: videos of [1, channels, frames, height, width] are
 * given and compared as [frames, height, width, channels].
 */
final class GoldenVideos implements AutoCloseable {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private final SafetensorsFile tensors;
  private final JsonNode json;

  GoldenVideos(Path folder) throws IOException {
    tensors = SafetensorsFile.open(folder.resolve("golden.safetensors"));
    json = JSON.readTree(folder.resolve("golden.json").toFile());
  }

  JsonNode json() {
    return json;
  }

  Set<String> names() {
    return tensors.names();
  }

  /** A tensor as it is stored. */
  Tensor stored(String name) {
    return tensors.tensor(name);
  }

  /** A video in the current scope. */
  Tensor video(Ops ops, String name) {
    return ops.copy(channelsLast(name));
  }

  private Tensor channelsLast(String name) {
    return stored(name).select(0, 0).permute(1, 2, 3, 0);
  }

  /** A picture of bytes, [frames, height, width, 3], as a video of values from -1 to 1. */
  Tensor pixels(Ops ops, String name) {
    Tensor bytes = stored(name);
    float[] values = bytes.toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] = values[i] / 255f * 2 - 1;
    }
    return ops.upload(Tensor.of(values, bytes.shape().sizes()));
  }

  /** Holds a video against a golden within ten times what float32 costs the reference. */
  void check(String name, Tensor actual) {
    Tensor expected = channelsLast(name);
    assertEquals(expected.shape(), actual.shape(), name);
    Difference difference = Difference.of(expected, actual);
    double float64 =
        json.required("tolerance_by_stage")
            .required(stage(name))
            .required("float64.max_abs")
            .doubleValue();
    double tolerance = Math.max(10 * float64, 1e-6 * difference.largest());
    assertTrue(
        difference.maxAbs() <= tolerance,
        () -> "%s is off by %.3g of %.3g".formatted(name, difference.maxAbs(), tolerance));
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

  /**
   * How far two tensors are apart.
   *
   * @param largest absolute value expected
   * @param maxAbs largest absolute difference
   * @param relativeRms root mean square of the difference relative to that of the expected values
   */
  record Difference(double largest, double maxAbs, double relativeRms) {
    static Difference of(Tensor expected, Tensor actual) {
      float[] wanted = expected.toFloats();
      float[] got = actual.toFloats();
      assertEquals(wanted.length, got.length);
      double largest = 0;
      double maxAbs = 0;
      double squares = 0;
      double differenceSquares = 0;
      for (int i = 0; i < wanted.length; i++) {
        double difference = Math.abs((double) got[i] - wanted[i]);
        assertTrue(Double.isFinite(difference), "result is not finite");
        largest = Math.max(largest, Math.abs(wanted[i]));
        maxAbs = Math.max(maxAbs, difference);
        squares += (double) wanted[i] * wanted[i];
        differenceSquares += difference * difference;
      }
      return new Difference(largest, maxAbs, Math.sqrt(differenceSquares / squares));
    }
  }
}
