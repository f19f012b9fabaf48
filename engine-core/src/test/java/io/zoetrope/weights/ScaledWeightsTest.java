package io.zoetrope.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScaledWeightsTest {
  private static final Path FILES = Fixtures.path("fp8-scaled");

  @TempDir Path folder;

  // 1, 1.125, 1.25 and 1.375
  private static Tensor codes() {
    Tensor codes = Tensor.zeros(DType.F8_E4M3, 2, 2);
    for (int i = 0; i < 4; i++) {
      codes.segment().set(ValueLayout.JAVA_BYTE, i, (byte) (0x38 + i));
    }
    return codes;
  }

  private static Tensor number(float... values) {
    return Tensor.of(values, values.length);
  }

  private static Tensor json(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Tensor tensor = Tensor.zeros(DType.U8, bytes.length);
    tensor.segment().copyFrom(MemorySegment.ofArray(bytes));
    return tensor;
  }

  private WeightSource open(Map<String, Tensor> tensors, String header) {
    Path file = folder.resolve("a.safetensors");
    SafetensorsWriter.write(
        file,
        tensors,
        header == null ? Map.of() : Map.of("_quantization_metadata", header, "from", "here"));
    return WeightSource.open(file);
  }

  /** Every tensor of every file, decoded, has the hash that the reference's float32 values have. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "scaled",
        "comfy_quant_mixed",
        "umt5_scaled",
        "umt5_cast_e4m3",
        "umt5_comfy_quant"
      })
  void valuesAreThoseOfTheReference(String name) throws NoSuchAlgorithmException {
    JsonNode golden =
        JsonConfig.read(FILES.resolve("golden.json")).json().path("dequantised").path(name);
    int rotated = 0;
    try (WeightSource source =
        WeightSource.open(FILES.resolve("files").resolve(name + ".safetensors"))) {
      for (Map.Entry<String, JsonNode> entry : golden.properties()) {
        StoredTensor stored = source.tensor(entry.getKey());
        String from = entry.getValue().path("from").asText();
        if (from.contains("convrot")) {
          // Sums of 64 numbers, in which order nobody says.
          for (int i = 0; i < 4; i++) {
            float expected = entry.getValue().path("first").get(i).floatValue();
            assertEquals(expected, stored.in(DType.F32).toFloats()[i], 1e-6, entry.getKey());
          }
          rotated++;
          continue;
        }
        byte[] bytes = stored.in(DType.F32).segment().toArray(ValueLayout.JAVA_BYTE);
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
        assertEquals(
            entry.getValue().path("sha256_f32").asText(),
            HexFormat.of().formatHex(hash),
            entry.getKey());
      }
      long others = source.names().stream().filter("spiece_model"::equals).count();
      assertEquals(golden.size() + others, source.names().size());
    }
    assertEquals(name.equals("comfy_quant_mixed") ? 2 : 0, rotated);
  }

  @Test
  void factorsAreAppliedAndNotSeen() {
    float[] products = {0.3f, 1.125f * 0.3f, 1.25f * 0.3f, 1.375f * 0.3f};
    for (String spelling : new String[] {"q.scale_weight", "q.weight_scale"}) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      tensors.put("scaled_fp8", Tensor.zeros(DType.F8_E4M3, 2));
      tensors.put("q.weight", codes());
      tensors.put("q.bias", number(5, 6));
      tensors.put(spelling, number(0.3f));
      tensors.put("q.scale_input", number(2));
      try (WeightSource source = open(tensors, null)) {
        assertEquals(Set.of("q.weight", "q.bias"), source.names());
        StoredTensor weight = source.tensor("q.weight");
        assertEquals("F8_E4M3 scaled", weight.encoding().name());
        assertEquals(4, weight.byteSize());
        assertEquals(DType.BF16, weight.used(DType.BF16));
        Weights weights = Weights.of(source, new ReferenceBackend());
        assertArrayEquals(products, weights.at("q").get("weight", 2, 2).toFloats());
        weights.get("q.bias", 2);
        weights.requireAllUsed();
        assertThrows(WeightsException.class, () -> source.tensor(spelling));
      }
    }
  }

  @Test
  void rowsHaveFactorsOfTheirOwn() {
    Map<String, Tensor> tensors =
        Map.of("q.weight", codes(), "q.weight_scale", Tensor.of(new float[] {2, 4}, 2, 1));
    try (WeightSource source = open(tensors, null)) {
      StoredTensor weight = source.tensor("q.weight");
      assertArrayEquals(new float[] {2, 2.25f, 5, 5.5f}, weight.in(DType.F32).toFloats());
      assertArrayEquals(
          new float[] {5, 5.5f},
          weight.rows(1, 1).in(DType.F32).toFloats(),
          "the second row alone");
    }
  }

  /** Names there may lack a prefix that all tensors have. */
  @Test
  void theHeaderSaysFormats() {
    String header = "{\"layers\": {\"q\": {\"format\": \"float8_e4m3fn\"}}}";
    Map<String, Tensor> tensors =
        Map.of("model.q.weight", codes(), "model.q.weight_scale", number(2));
    try (WeightSource source = open(tensors, header)) {
      assertEquals(2.75f, source.tensor("model.q.weight").in(DType.F32).toFloats()[3]);
      assertEquals(Map.of("from", "here"), source.metadata());
    }
  }

  /** Rows and columns that only fill up are left out, of whichever shape the model demands. */
  @ParameterizedTest
  @CsvSource({"mxfp8, 32, 64", "nvfp4, 32, 48"})
  void matricesThatAreFilledUpAreCut(String format, int rows, int columns) {
    boolean isPairs = format.equals("nvfp4");
    Tensor codes = Tensor.zeros(isPairs ? DType.U8 : DType.F8_E4M3, rows, isPairs ? 24 : columns);
    Tensor scales = Tensor.zeros(isPairs ? DType.F8_E4M3 : DType.U8, 128, 4);
    for (long i = 0; i < codes.count(); i++) {
      // 1.5 in either format, twice in one of them
      codes.segment().set(ValueLayout.JAVA_BYTE, i, (byte) (isPairs ? 0x33 : 0x3C));
    }
    for (int row = 0; row < rows; row++) {
      for (int block = 0; block < 4; block++) {
        // 2 ^ (row % 4 + block) in either format
        int power = row % 4 + block;
        int code = isPairs ? 7 + power << 3 : 127 + power;
        scales.segment().set(ValueLayout.JAVA_BYTE, row * 16L + block, (byte) code);
      }
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("q.weight", codes);
    tensors.put("q.weight_scale", scales);
    tensors.put("q.comfy_quant", json("{\"format\": \"%s\"}".formatted(format)));
    if (isPairs) {
      tensors.put("q.weight_scale_2", number(3));
    }
    int block = isPairs ? 16 : 32;
    try (WeightSource source = open(tensors, null)) {
      assertEquals(Shape.of(rows, columns), source.tensor("q.weight").shape());
      for (Shape shape : List.of(Shape.of(20, 37), Shape.of(20, columns), Shape.of(32, 40))) {
        StoredTensor cut = source.tensor("q.weight", shape);
        assertEquals(shape, cut.shape());
        float[] numbers = cut.in(DType.F32).toFloats();
        for (int i = 0; i < numbers.length; i++) {
          long row = i / shape.size(1);
          long power = row % 4 + i % shape.size(1) / block;
          assertEquals((isPairs ? 4.5f : 1.5f) * (1 << power), numbers[i], shape + " " + i);
        }
      }
      Shape another = Shape.of(70, columns);
      assertEquals(Shape.of(rows, columns), source.tensor("q.weight", another).shape());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"format": "awq_w4a16", "group_size": 64}        | awq_w4a16
          {"format": "new"}                                  | new
          {"format": "float8_e4m3fn", "convrot": true}       | float8_e4m3fn with ConvRot
          {"format": "float8_e4m3fn", "group_size": 64}      | float8_e4m3fn with group_size, q.weight_zeros
          """)
  void formatsThatAreNotSupportedAreNamed(String format, String name) {
    Map<String, Tensor> tensors =
        Map.of(
            "q.weight",
            codes(),
            "q.weight_scale",
            number(2),
            "q.weight_zeros",
            number(1),
            "q.comfy_quant",
            json(format));
    try (WeightSource source = open(tensors, null)) {
      assertEquals(Set.of("q.weight"), source.names());
      assertEquals(name, source.tensor("q.weight").encoding().name());
      Weights weights = Weights.of(source, new ReferenceBackend());
      String message =
          assertThrows(WeightsException.class, () -> weights.get("q.weight", 2, 2)).getMessage();
      assertTrue(message.contains("is stored as " + name + ", which is not supported"), message);
    }
  }

  /** No scale is left out: each of these files would give wrong weights. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          p.weight_scale   |                          | for the layer 'p', and no weight of it
          q.weight_scale_2 |                          | and no format says what for
          q.scale_weight   |                          | has two scales
          q.comfy_quant    | {"format": "float8_e5m2"}| stored in F8_E4M3 instead of F8_E5M2
          q.comfy_quant    | {"format": 1}            | is not understood
          q.comfy_quant    | [1]                      | not a JSON object
          p.comfy_quant    | {"format": "nvfp4"}      | and no weight of it
          q.comfy_quant    | {"format": "nvfp4"}      | stored in F8_E4M3 instead of U8
          q.comfy_quant    | {"format": "mxfp8"}      | a byte is needed for each 32 elements
          """)
  void whatIsNotUnderstoodIsRefused(String name, String format, String expected) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("q.weight", codes());
    tensors.put("q.weight_scale", number(2));
    tensors.put(name, format == null ? number(1) : json(format));
    assertRefused(tensors, expected);
  }

  @Test
  void factorsFitTheirWeights() {
    assertRefused(
        Map.of("q.weight", codes(), "q.weight_scale", number(1, 2, 3)), "is no scale for F8_E4M3");
    assertRefused(
        Map.of("q.weight", codes(), "q.weight_scale", Tensor.of(new float[] {1, 2}, 1, 2)),
        "one for each row");
    assertRefused(Map.of("q.weight", codes(), "q.weight_scale", number(Float.NaN)), "holds NaN");
    assertRefused(
        Map.of("q.weight", number(1, 2), "q.weight_scale", number(2)), "is stored in F32");
    assertRefused(
        Map.of("q.weight", codes(), "q.comfy_quant", json("{\"format\": \"float8_e4m3fn\"}")),
        "has the format float8_e4m3fn and no scale");
  }

  private void assertRefused(Map<String, Tensor> tensors, String expected) {
    String message =
        assertThrows(
                WeightsException.class,
                () -> {
                  try (WeightSource source = open(tensors, null)) {
                    source.tensor("q.weight");
                  }
                })
            .getMessage();
    assertTrue(message.contains(expected), message);
    assertEquals(1, message.lines().count(), message);
  }
}
