package io.zoetrope.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GgufFileTest {
  /** Of the files that may be accepted or rejected, those that are accepted here. */
  private static final Set<String> ACCEPTED =
      Set.of("ok_0_dimensions", "ok_dimension_0", "empty_tensor_name", "empty_key", "bool_7");

  /** Formats that files have and this engine does not decode. */
  private static final Set<String> OPAQUE =
      Set.of("IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ3_XXS", "IQ3_S", "IQ1_S", "TQ1_0", "TQ2_0", "MXFP4");

  @TempDir Path folder;

  private static JsonNode json(String path) throws IOException {
    return new ObjectMapper().readTree(Fixtures.path("gguf/" + path).toFile());
  }

  static Stream<Map.Entry<String, JsonNode>> cases() throws IOException {
    JsonNode cases = json("malformed/cases.json");
    assertEquals(75, cases.size());
    return cases.propertyStream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void verdictAndContentAreTheReferences(Map.Entry<String, JsonNode> expected) {
    String name = expected.getKey();
    Path path = Fixtures.path("gguf/malformed/" + name + ".gguf");
    String suggested = expected.getValue().get("suggested").asText();
    if (suggested.equals("accept") || ACCEPTED.contains(name)) {
      try (WeightSource file = WeightSource.open(path)) {
        check(assertInstanceOf(GgufFile.class, file), expected.getValue().get("read"));
      }
      return;
    }
    WeightsException refused = assertThrows(WeightsException.class, () -> WeightSource.open(path));
    assertTrue(refused.getMessage().startsWith(path + ": "), refused.getMessage());
    assertEquals(1, refused.getMessage().lines().count(), refused.getMessage());
  }

  private static void check(GgufFile file, JsonNode read) {
    List<String> names = new ArrayList<>();
    for (JsonNode tensor : read.get("tensors")) {
      String name = tensor.get(0).asText();
      names.add(name);
      StoredTensor stored = file.tensor(name);
      assertEquals(tensor.get(1).asText(), stored.encoding().name());
      List<Long> sizes = tensor.get(2).valueStream().map(JsonNode::asLong).toList().reversed();
      assertEquals(Shape.of(sizes.stream().mapToLong(Long::longValue).toArray()), stored.shape());
      float[] values = stored.in(DType.F32).toFloats();
      JsonNode first = tensor.get(3);
      for (int i = 0; i < first.size(); i++) {
        assertEquals((float) first.get(i).asDouble(), values[i]);
      }
    }
    assertEquals(names, List.copyOf(file.names()));
    assertEquals(read.get("kv").size(), file.metadata().size());
    if (read.get("kv").has("general.architecture")) {
      assertEquals("wan", file.values().text("general.architecture").orElseThrow());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          empty_file                 | it is empty
          bad_magic                  | is no GGUF file
          magic_ggml                 | it is a GGML file
          version_1                  | version 1 of GGUF, where 2 and 3 are supported
          ok_big_endian              | big-endian
          truncated_data             | tensor 'a.weight': its data, 32 bytes from 0 on, is not within the 24 bytes of data
          truncated_in_value         | metadata 'general.architecture': the file ends there: is it whole?
          string_length_beyond_file  | metadata 'general.architecture': a text of 1048576 bytes, but only 96 follow
          array_length_2_62          | metadata 'x': an array of 4611686018427387904 elements of type UINT32, but only
          kv_count_2_64_minus_1      | claims 18446744073709551615 values of metadata, more than 65536
          offset_2_64_minus_32       | tensor 'b.weight': its data, 32 bytes from 18446744073709551584 on, is not within
          offset_not_aligned         | begins at 36, which is no multiple of the alignment, 32
          alignment_3                | metadata 'general.alignment' is 3, where a power of two
          duplicate_tensor_name      | tensor 'a.weight' is given twice
          duplicate_key              | metadata 'general.architecture' is given twice
          tensor_type_4_removed      | tensor 'a.weight': unknown format, number 4 of ggml
          dims_product_overflow_to_8 | the size of shape [8, 2305843009213693953] overflows
          q8_0_row_of_33             | rows of 33 elements do not fill the blocks of 32 that Q8_0 has
          ok_overlapping_tensors     | the data of tensors 'a.weight' and 'b.weight' overlaps
          ok_nested_array            | an array of arrays
          """)
  void brokenRuleIsNamed(String name, String rule) {
    Path path = Fixtures.path("gguf/malformed/" + name + ".gguf");
    String message =
        assertThrows(
                WeightsException.class,
                () ->
                    (name.endsWith("magic") ? GgufFile.open(path) : WeightSource.open(path))
                        .close())
            .getMessage();
    assertTrue(message.contains(rule), message);
  }

  /** Bit by bit what the reference decoder makes of them. */
  @ParameterizedTest
  @ValueSource(strings = {"wan_mixed", "wan_kquants", "wan_sdcpp_q4_0", "umt5_q8_0", "umt5_mixed"})
  void numbersAreTheReferences(String name) throws Exception {
    JsonNode tensors = json("golden.json").get("dequantised").get(name);
    try (WeightSource file = WeightSource.open(Fixtures.path("gguf/files/" + name + ".gguf"))) {
      assertEquals(tensors.size(), file.names().size());
      for (Map.Entry<String, JsonNode> expected : tensors.properties()) {
        StoredTensor stored = file.tensor(expected.getKey());
        JsonNode tensor = expected.getValue();
        assertEquals(tensor.get("type").asText(), stored.encoding().name());
        long[] sizes = tensor.get("shape").valueStream().mapToLong(JsonNode::asLong).toArray();
        assertEquals(Shape.of(sizes), stored.shape());
        byte[] numbers = stored.in(DType.F32).segment().toArray(ValueLayout.JAVA_BYTE);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(numbers);
        assertEquals(
            tensor.get("sha256_f32").asText(), HexFormat.of().formatHex(digest), stored::toString);
      }
    }
  }

  /** Scales of 0, negative ones, the smallest and the largest are among them. */
  @Test
  void everyFormatIsDecodedOrNamed() {
    try (WeightSource file = WeightSource.open(Fixtures.path("gguf/files/tensor_types.gguf"));
        WeightSource golden = WeightSource.open(Fixtures.path("gguf/golden.safetensors"))) {
      for (String name : file.names()) {
        StoredTensor stored = file.tensor(name);
        String format = name.replace("_edge", "");
        assertEquals(format, stored.encoding().name());
        assertEquals(!OPAQUE.contains(format), stored.encoding().holdsNumbers());
        if (!OPAQUE.contains(format)) {
          float[] expected = golden.tensor("tensor_types/" + name).load().toFloats();
          assertArrayEquals(bits(expected), bits(stored.in(DType.F32).toFloats()), name);
        }
      }
      StoredTensor opaque = file.tensor("IQ2_XS");
      String message =
          assertThrows(IllegalArgumentException.class, () -> opaque.in(DType.F32)).getMessage();
      assertEquals("elements of IQ2_XS cannot be decoded", message);
    }
  }

  /** With the sign of zeros. */
  private static int[] bits(float[] values) {
    return IntStream.range(0, values.length).map(i -> Float.floatToRawIntBits(values[i])).toArray();
  }

  /** What ggml cannot hold, or drops, comes back in the shape that a model demands. */
  @ParameterizedTest
  @CsvSource({
    "'6,2,1,2,2', '12,1,2,2', true",
    "'6,2,1,2,2', '6,2,4', true",
    "'1,6,8', '6,8', true",
    "'48', '48,1,1', true",
    "'6,8', '8,6', false",
    "'48', '6,8', false",
    "'1,6,9', '6,8', false"
  })
  void foldedShapesAreUnfolded(String wanted, String stored, boolean unfolded) throws IOException {
    Path path = write(new GgufWriter(), "a", sizes(stored));
    try (WeightSource file = new Renamed(WeightSource.open(path), name -> "model." + name)) {
      Shape shape = Shape.of(sizes(wanted));
      assertEquals(
          unfolded ? shape : Shape.of(sizes(stored)), file.tensor("model.a", shape).shape());
      assertEquals(Shape.of(sizes(stored)), file.tensor("model.a").shape());
    }
  }

  /** A file with one tensor of zeros. */
  private Path write(GgufWriter writer, String name, long... sizes) {
    Path path = folder.resolve("a.gguf");
    writer.write(path, List.of(StoredTensor.of(name, Tensor.zeros(DType.F32, sizes))), _ -> {});
    return path;
  }

  private static long[] sizes(String text) {
    return Arrays.stream(text.split(",")).mapToLong(Long::parseLong).toArray();
  }

  @Test
  void originalShapesAreRestored() throws IOException {
    Path path = write(new GgufWriter().intArray("comfy.gguf.orig_shape.a", 4, 2, 3, 1), "a", 6, 4);
    try (WeightSource file = WeightSource.open(path)) {
      assertEquals(Shape.of(4, 2, 3, 1), file.tensor("a").shape());
    }
    for (int wrong : new int[] {7, -6, Integer.MIN_VALUE}) {
      write(new GgufWriter().intArray("comfy.gguf.orig_shape.a", 4, wrong), "a", 6, 4);
      String message =
          assertThrows(WeightsException.class, () -> WeightSource.open(path)).getMessage();
      assertTrue(
          message.contains("'[4, %d]' of a tensor of shape [6, 4]".formatted(wrong)), message);
    }
  }

  @Test
  void metadataHasTypes() throws IOException {
    Path path = Fixtures.path("gguf/malformed/ok_all_scalar_types.gguf");
    try (GgufFile file = GgufFile.open(path)) {
      GgufMetadata values = file.values();
      assertEquals(OptionalLong.of(65535), values.integer("t2"));
      assertEquals(OptionalLong.of(Long.MIN_VALUE), values.integer("t9"));
      assertEquals(OptionalLong.empty(), values.integer("t12"));
      assertEquals(true, values.flag("t7").orElseThrow());
      assertEquals("18446744073709551615", file.metadata().get("t8"));
      assertEquals("-0.1", file.metadata().get("t10"));
      assertEquals(
          path
              + ": metadata 't8' is UINT64 '18446744073709551615', where an integer below 2^63 is expected",
          assertThrows(WeightsException.class, () -> values.integer("t8")).getMessage());
      assertEquals(
          path + ": metadata 't6' is FLOAT32 '1.5', where a text is expected",
          assertThrows(WeightsException.class, () -> values.text("t6")).getMessage());
    }
    path = Fixtures.path("gguf/malformed/ok_arrays.gguf");
    try (GgufFile file = GgufFile.open(path)) {
      GgufMetadata values = file.values();
      assertArrayEquals(new int[] {1, -2, 3}, values.intArray("i").orElseThrow());
      assertEquals(List.of("x", ""), values.textArray("s", 9).orElseThrow());
      assertEquals("0 of UINT32", file.metadata().get("e"));
      String message =
          assertThrows(WeightsException.class, () -> values.floatArray("i")).getMessage();
      assertTrue(
          message.endsWith(
              "metadata 'i' is 3 of INT32, where an array of FLOAT32, of at most 1048576 elements is expected"),
          message);
    }
  }

  /** As large as the vocabularies of text encoders. */
  @Test
  void longArraysAreRead() throws IOException {
    List<String> tokens = IntStream.range(0, 256_384).mapToObj("t%d"::formatted).toList();
    Path path = write(new GgufWriter().textArray("tokens", tokens), "a", 2);
    try (GgufFile file = GgufFile.open(path)) {
      assertEquals("256384 of STRING", file.metadata().get("tokens"));
      assertEquals(tokens, file.values().textArray("tokens", 8).orElseThrow());
      assertEquals(2, file.tensor("a").count());
      String message =
          assertThrows(WeightsException.class, () -> file.values().textArray("tokens", 4))
              .getMessage();
      assertTrue(
          message.contains("metadata 'tokens': a text of 5 bytes is longer than 4"), message);
    }
  }

  @Test
  void tensorsDieWithTheFile() {
    GgufFile file = GgufFile.open(Fixtures.path("gguf/malformed/ok_q8_0.gguf"));
    Tensor tensor = file.tensor("q.weight").load();
    assertThrows(WeightsException.class, () -> file.tensor("none"));
    file.close();
    assertFalse(tensor.lifetime().isOpen());
  }

  @Test
  void namesOfTensorsAreSafe() throws IOException {
    for (String name : List.of("a\nb", "../a", "a/..", "\u009b31m")) {
      Path path = write(new GgufWriter(), name, 2);
      String message =
          assertThrows(WeightsException.class, () -> WeightSource.open(path)).getMessage();
      assertTrue(message.contains("has a control character or a '..' segment"), message);
    }
  }

  @Test
  void otherFilesAreNamed() throws IOException {
    Path path = Files.write(folder.resolve("a.gguf"), new byte[] {'G', 'G', 'U', 'F', 3, 0, 0});
    assertEquals(
        path + ": 7 bytes are too few for a GGUF file: is it whole?",
        assertThrows(WeightsException.class, () -> WeightSource.open(path)).getMessage());
    Path safetensors = Fixtures.path("safetensors/ok_two_f32.safetensors");
    assertEquals(
        safetensors + ": it is a safetensors file, where a GGUF file is expected",
        assertThrows(WeightsException.class, () -> GgufFile.open(safetensors)).getMessage());
  }
}
