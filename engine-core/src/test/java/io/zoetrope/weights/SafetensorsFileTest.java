package io.zoetrope.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsFileTest {
  /** Fixtures that the reference accepts and this reader refuses, with the rule. */
  private static final Map<String, StricterRule> STRICTER =
      Map.of(
          "bad_json_leading_space.safetensors", StricterRule.LEADING_WHITE_SPACE,
          "bad_duplicate_keys.safetensors", StricterRule.DUPLICATE_NAME,
          "bad_extra_field.safetensors", StricterRule.UNKNOWN_FIELD);

  private static final String ENTRY = "{'dtype':'F32','shape':[2],'data_offsets':[0,8]}";

  @TempDir Path folder;

  static Stream<JsonNode> cases() throws IOException {
    JsonNode cases =
        new ObjectMapper().readTree(Fixtures.path("safetensors/cases.json").toFile()).get("cases");
    assertEquals(106, cases.size());
    return cases.valueStream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void verdictAndContentAreTheReferences(JsonNode expected) throws Exception {
    String name = expected.get("file").asText();
    Path path = Fixtures.path("safetensors/" + name);
    boolean accepted = expected.at("/deserialize/verdict").asText().equals("accept");
    StricterRule stricter = STRICTER.get(name);
    if (accepted && stricter == null) {
      try (SafetensorsFile file = SafetensorsFile.open(path)) {
        checkTensors(file, expected.at("/deserialize/tensors"));
        checkValues(file, expected.at("/safe_open/tensors_as_torch"));
        checkMetadata(file, expected.at("/safe_open/metadata"));
      }
      return;
    }
    WeightsException refused =
        assertThrows(WeightsException.class, () -> SafetensorsFile.open(path));
    assertTrue(refused.getMessage().startsWith(path + ": "), refused.getMessage());
    assertEquals(1, refused.getMessage().lines().count(), refused.getMessage());
    if (accepted) {
      assertEquals(stricter, assertInstanceOf(StricterRuleException.class, refused).rule());
    }
  }

  private static void checkTensors(SafetensorsFile file, JsonNode tensors)
      throws NoSuchAlgorithmException {
    TreeSet<String> names = new TreeSet<>();
    for (JsonNode expected : tensors) {
      String name = expected.get("name").asText();
      names.add(name);
      Tensor tensor = file.tensor(name).load();
      assertEquals(expected.get("dtype").asText(), tensor.dtype().name());
      long[] sizes = expected.get("shape").valueStream().mapToLong(JsonNode::asLong).toArray();
      assertEquals(Shape.of(sizes), tensor.shape());
      byte[] bytes = tensor.segment().toArray(ValueLayout.JAVA_BYTE);
      assertEquals(expected.get("bytes").asLong(), bytes.length);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      assertEquals(
          expected.get("sha256").asText(), HexFormat.of().formatHex(digest).substring(0, 16));
    }
    assertEquals(names, new TreeSet<>(file.names()));
  }

  private static void checkValues(SafetensorsFile file, JsonNode tensors) {
    tensors
        .properties()
        .forEach(named -> {
          Tensor tensor = file.tensor(named.getKey()).load();
          JsonNode values = named.getValue().get("values");
          if (tensor.dtype().isConvertible() && values != null) {
            float[] expected = new float[values.size()];
            for (int i = 0; i < expected.length; i++) {
              expected[i] = parse(values.get(i).asText());
            }
            assertArrayEquals(expected, tensor.toFloats());
          }
        });
  }

  private static float parse(String python) {
    return (float)
        switch (python) {
          case "nan" -> Double.NaN;
          case "inf" -> Double.POSITIVE_INFINITY;
          case "-inf" -> Double.NEGATIVE_INFINITY;
          default -> Double.parseDouble(python);
        };
  }

  private static void checkMetadata(SafetensorsFile file, JsonNode metadata) {
    assertEquals(metadata.isNull() ? 0 : metadata.size(), file.metadata().size());
    file.metadata().forEach((key, value) -> assertEquals(metadata.get(key).asText(), value));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          UNSAFE_NAME         | {'a\\u0000':ENTRY}
          UNSAFE_NAME         | {'a\\n':ENTRY}
          UNSAFE_NAME         | {'../a':ENTRY}
          UNSAFE_NAME         | {'a\\\\..\\\\b':ENTRY}
          ENTRY_FORM          | {'a':['F32',[2],[0,8]]}
          ENTRY_FORM          | {'a':{'dtype':{'F32':null},'shape':[2],'data_offsets':[0,8]}}
          DUPLICATE_NAME      | {'__metadata__':{'x':'1','x':'2'},'a':ENTRY}
          SIZE_LIMIT          | {'a':{'dtype':'F32','shape':[9223372036854775808,0],'data_offsets':[0,0]}}
          SIZE_LIMIT          | {'a':{'dtype':'U8','shape':[2305843009213693952,4,0],'data_offsets':[0,0]}}
          LEADING_WHITE_SPACE | `\t{'a':ENTRY}`
          HEADER_LIMIT        | {'a':{'dtype':'F32','shape':[MANY1],'data_offsets':[0,4]}}
          HEADER_LIMIT        | {'a':{'dtype':'F32','shape':[1],'data_offsets':[MANY0]}}
          HEADER_LIMIT        | {'LONG':ENTRY}
          HEADER_LIMIT        | {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8],'LONG':0}}
          HEADER_LIMIT        | {'__metadata__':PAIRS,'a':ENTRY}
          HEADER_LIMIT        | {'__metadata__':{'a':'HUGE'},'a':ENTRY}
          HEADER_LIMIT        | {TENSORS}
          """)
  void stricterRuleIsNamed(StricterRule rule, String header) throws IOException {
    Path path = write(json(expand(header)), 8);
    StricterRuleException refused =
        assertThrows(StricterRuleException.class, () -> SafetensorsFile.open(path));
    assertEquals(rule, refused.rule());
    assertTrue(refused.getMessage().length() < 1000, "the message is too long");
  }

  /** What is too much of something, by the word that stands for it. */
  private static String expand(String header) {
    return switch (header) {
      case "{TENSORS}" ->
          IntStream.rangeClosed(0, 1 << 18)
              .mapToObj("'%d':{'dtype':'U8','shape':[0],'data_offsets':[0,0]}"::formatted)
              .collect(Collectors.joining(",", "{", "}"));
      case "{'__metadata__':PAIRS,'a':ENTRY}" ->
          IntStream.rangeClosed(0, 1 << 16)
              .mapToObj("'%d':''"::formatted)
              .collect(Collectors.joining(",", "{'__metadata__':{", "},'a':ENTRY}"));
      case "{'__metadata__':{'a':'HUGE'},'a':ENTRY}" ->
          header.replace("HUGE", "x".repeat(17 << 20));
      default ->
          header
              .replaceFirst("MANY(\\d)", "1,".repeat(64) + "$1")
              .replace("LONG", "x".repeat(3000));
    };
  }

  @Test
  void sixtyFourDimensionsAreRead() throws IOException {
    String shape = "1,".repeat(63) + "2";
    Path path =
        write(json("{'a':{'dtype':'F32','shape':[" + shape + "],'data_offsets':[0,8]}}"), 8);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertEquals(64, file.tensor("a").shape().sizes().length);
    }
  }

  /** A character of several bytes on the border of what the parser reads at once. */
  @Test
  void charactersMayStandAnywhere() throws IOException {
    for (int before = 3990; before < 4010; before++) {
      String value = "x".repeat(before) + "\uD83C\uDF88模";
      Path path = write(json("{'__metadata__':{'k':'" + value + "'},'a':ENTRY}"), 8);
      try (SafetensorsFile file = SafetensorsFile.open(path)) {
        assertEquals(value, file.metadata().get("k"));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'version https://git-lfs.github.com/spec/v1', Git LFS pointer",
    "'<!DOCTYPE html><html>', web page",
    "'GGUF\\3\\0\\0\\0rest', GGUF",
    "'', is empty"
  })
  void whatAFileIsInsteadIsSaid(String content, String expected) throws IOException {
    Path path = folder.resolve("case.safetensors");
    Files.write(path, content.translateEscapes().getBytes(StandardCharsets.ISO_8859_1));
    String message =
        assertThrows(WeightsException.class, () -> SafetensorsFile.open(path)).getMessage();
    assertTrue(message.startsWith(path + ": it is "), message);
    assertTrue(message.contains(expected), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {'a\\ud800':ENTRY}                                          | urrogate
          {'__metadata__':{'x':'\\ud800'},'a':ENTRY}                 | urrogate
          {'__metadata__':{'x':'\\udc00'},'a':ENTRY}                 | urrogate
          {'__metadata__':{'\\udc00x':'1'},'a':ENTRY}                | urrogate
          {'a':{'dtype':'F32','shape':[2],'data_offsets':[-0,8]}}     | non-negative integers
          {'a':{'dtype':'F32','shape':[02],'data_offsets':[0,8]}}     | not valid JSON
          {'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}      | trailing bytes
          {'a':{'dtype':'F32','shape':[3],'data_offsets':[0,12]}}     | truncated
          {'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}      | a gap
          {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8],'shape':[2]}} | shape is given twice
          {'a':{'shape':[2],'data_offsets':[0,8]}}                    | no dtype
          {'a':{'dtype':'Q4','shape':[2],'data_offsets':[0,8]}}       | unknown dtype 'Q4'
          """)
  void brokenRuleIsNamed(String header, String rule) throws IOException {
    Path path = write(json(header), 8);
    String message =
        assertThrows(WeightsException.class, () -> SafetensorsFile.open(path)).getMessage();
    assertTrue(message.contains(rule), message);
  }

  @Test
  void mutatedHeadersAreReadOrRefused() throws IOException {
    Random random = new Random(1);
    int refused = 0;
    for (JsonNode seed : cases().toList()) {
      byte[] file = Files.readAllBytes(Fixtures.path("safetensors/" + seed.get("file").asText()));
      for (int run = 0; run < 40 && file.length > 8; run++) {
        byte[] header = Arrays.copyOfRange(file, 8, file.length - random.nextInt(file.length - 8));
        for (int change = 0; change <= run % 3; change++) {
          header[random.nextInt(header.length)] = mutation(random, header);
        }
        try {
          SafetensorsHeader.parse("fuzzed", ByteBuffer.wrap(header), random.nextInt(32));
        } catch (WeightsException e) {
          refused++;
          assertEquals(1, e.getMessage().lines().count(), e.getMessage());
        }
      }
    }
    assertTrue(refused > 3000, "refused " + refused);
  }

  @Test
  void mutatedLengthsAreReadOrRefused() throws IOException {
    byte[] file = Files.readAllBytes(Fixtures.path("safetensors/ok_two_f32.safetensors"));
    for (int position = 0; position < 8; position++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] mutated = file.clone();
        mutated[position] ^= (byte) (1 << bit);
        Path path = Files.write(folder.resolve("mutated.safetensors"), mutated);
        assertThrows(WeightsException.class, () -> SafetensorsFile.open(path));
      }
    }
  }

  private static byte mutation(Random random, byte[] original) {
    return switch (random.nextInt(3)) {
      case 0 -> (byte) random.nextInt(256);
      case 1 -> original[random.nextInt(original.length)];
      default -> (byte) "{}[]\",:0189-.eE\\u \0".charAt(random.nextInt(19));
    };
  }

  @Test
  void tensorsDieWithTheFile() {
    SafetensorsFile file =
        SafetensorsFile.open(Fixtures.path("safetensors/ok_two_f32.safetensors"));
    StoredTensor stored = file.tensor("a");
    Tensor tensor = stored.load();
    file.close();
    file.close();
    assertFalse(tensor.lifetime().isOpen());
    for (Executable use : List.<Executable>of(tensor::toFloats, stored::load)) {
      String message = assertThrows(IllegalStateException.class, use).getMessage();
      assertTrue(message.contains("ok_two_f32.safetensors"), message);
    }
  }

  @Test
  void filesMayBeLargerThan2Gb() throws IOException {
    long large = (1L << 31) + 5;
    String header =
        "{'a':{'dtype':'U8','shape':[%d],'data_offsets':[0,%d]},"
            + "'b':{'dtype':'F32','shape':[1],'data_offsets':[%d,%d]}}";
    Path path = write(json(header.formatted(large, large, large, large + 4)), 0);
    // Sparse: takes no room on disk.
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, 1);
      channel.write(one, Files.size(path) + large);
    }
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertArrayEquals(new float[] {1}, file.tensor("b").load().toFloats());
      assertEquals(large, file.tensor("a").byteSize());
    }
  }

  @Test
  void namesFollowTheData() {
    try (SafetensorsFile file =
        SafetensorsFile.open(Fixtures.path("safetensors/ok_order_differs.safetensors"))) {
      assertEquals(List.of("a", "b"), List.copyOf(file.names()));
    }
  }

  @Test
  void missingTensorIsNamed() {
    try (SafetensorsFile file =
        SafetensorsFile.open(Fixtures.path("safetensors/ok_two_f32.safetensors"))) {
      String message = assertThrows(WeightsException.class, () -> file.tensor("c")).getMessage();
      assertTrue(message.endsWith("ok_two_f32.safetensors: has no tensor 'c'"), message);
    }
  }

  @Test
  void missingFileAndFolderAreRefused() {
    Path missing = folder.resolve("missing.safetensors");
    assertEquals(
        missing + ": cannot be read: no such file or folder",
        assertThrows(WeightsException.class, () -> SafetensorsFile.open(missing)).getMessage());
    assertEquals(
        folder + ": cannot be read: it is a folder",
        assertThrows(WeightsException.class, () -> SafetensorsFile.open(folder)).getMessage());
  }

  @Test
  void writtenFileReadsBackTheSame() throws IOException {
    Path path = folder.resolve("written.safetensors");
    Tensor wide = Tensor.of(new float[] {1, -2, Float.NaN, 4, 5, 6}, 2, 3);
    Tensor flag = Tensor.zeros(DType.BOOL, 3);
    Tensor half = Tensor.zeros(DType.BF16, 0, 2);
    Map<String, String> metadata = Map.of("note", "\u00e9 \"x\"", "format", "pt");
    SafetensorsWriter.write(path, Map.of("flag", flag, "\u6a21", wide, "half", half), metadata);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertEquals(List.of("\u6a21", "half", "flag"), List.copyOf(file.names()));
      assertEquals(metadata, file.metadata());
      assertArrayEquals(wide.toFloats(), file.tensor("\u6a21").load().toFloats());
      assertEquals(Shape.of(2, 3), file.tensor("\u6a21").shape());
      assertEquals(DType.BF16, file.tensor("half").load().dtype());
      assertEquals(0, (Files.size(path) - 27) % 8);
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(path), left.toList());
    }
  }

  @Test
  void failedWriteLeavesNothingBehind() throws IOException {
    Path missing = folder.resolve("missing").resolve("a.safetensors");
    Tensor tensor = Tensor.of(new float[] {1}, 1);
    assertEquals(
        "%s: cannot be written: %s doesn't exist; create that folder or choose another"
            .formatted(missing, missing.getParent()),
        assertThrows(
                WeightsException.class,
                () -> SafetensorsWriter.write(missing, Map.of("a", tensor), Map.of()))
            .getMessage());
    Path path = folder.resolve("a.safetensors");
    Tensor transposed = Tensor.of(new float[4], 2, 2).permute(1, 0);
    assertThrows(
        IllegalStateException.class,
        () -> SafetensorsWriter.write(path, Map.of("a", transposed), Map.of()));
    assertThrows(
        WeightsException.class,
        () -> SafetensorsWriter.write(path, Map.of("__metadata__", tensor), Map.of()));
    try (Stream<Path> left = Files.list(folder)) {
      assertNull(left.findAny().orElse(null));
    }
  }

  private static String json(String text) {
    return text.replace("ENTRY", ENTRY).replace('\'', '"');
  }

  private Path write(String header, int dataBytes) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json);
    return Files.write(folder.resolve("case.safetensors"), bytes.array());
  }
}
