package io.zoetrope.pipeline.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.files.ExpectedException;
import io.zoetrope.pipeline.family.FormedModel;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.pipeline.parts.ModelParts;
import io.zoetrope.pipeline.parts.Role;
import io.zoetrope.t5.T5Tokenizer;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.weights.FormedWeights;
import io.zoetrope.weights.GgufFile;
import io.zoetrope.weights.NumberFormat;
import io.zoetrope.weights.SafetensorsFile;
import io.zoetrope.weights.SafetensorsWriter;
import io.zoetrope.weights.WeightForm;
import io.zoetrope.weights.WeightSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConvertTest {
  private static final Path BASE = Fixtures.path("gguf/base");

  @TempDir Path folder;

  private static Path gguf(String name) {
    return Fixtures.path("gguf/files/" + name + ".gguf");
  }

  private Path convert(Path in, String out, NumberFormat type, Layout layout) {
    Path path = folder.resolve(out);
    try (Conversion conversion =
        Conversion.of(in, path, Optional.ofNullable(type), Optional.ofNullable(layout))) {
      conversion.run(Conversion.Progress.NONE);
    }
    return path;
  }

  private static byte[] bytes(StoredTensor tensor) {
    byte[] bytes = new byte[(int) tensor.byteSize()];
    tensor.bytes().read(0, MemorySegment.ofArray(bytes));
    return bytes;
  }

  private static void assertSame(Path expected, Path actual) {
    try (WeightSource wanted = WeightSource.open(expected);
        WeightSource got = WeightSource.open(actual)) {
      assertEquals(new TreeSet<>(wanted.names()), new TreeSet<>(got.names()));
      for (String name : wanted.names()) {
        assertTrue(wanted.tensor(name).hasSameElements(got.tensor(name)), name);
      }
    }
  }

  /** Decoded exactly, and the same again after a way through both layouts and back into GGUF. */
  @Test
  void quantizedTransformersGoEveryWay() throws Exception {
    Path file = convert(gguf("wan_mixed"), "original.safetensors", NumberFormat.F32, null);
    JsonNode golden =
        new ObjectMapper()
            .readTree(Fixtures.path("gguf/golden.json").toFile())
            .at("/dequantised/wan_mixed");
    try (WeightSource source = WeightSource.open(file)) {
      assertEquals(golden.size(), source.names().size());
      for (String name : source.names()) {
        byte[] numbers = source.tensor(name).load().segment().toArray(ValueLayout.JAVA_BYTE);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(numbers);
        assertEquals(
            golden.get(name).get("sha256_f32").asText(), HexFormat.of().formatHex(digest), name);
      }
    }
    Path diffusers = convert(file, "transformer", null, null);
    Path again = convert(diffusers, "again.safetensors", null, null);
    assertSame(file, again);
    Path named = convert(file, "named.safetensors", null, Layout.DIFFUSERS);
    assertSame(diffusers.resolve("diffusion_pytorch_model.safetensors"), named);
    Path back = convert(diffusers, "back.gguf", NumberFormat.F32, null);
    assertSame(file, back);
    assertSame(gguf("wan_kquants"), convert(gguf("wan_kquants"), "copy.gguf", null, null));
  }

  /** The numbers of a model that is quantized when it is loaded, in files and in folders. */
  @ParameterizedTest
  @CsvSource({"FP8, float8_e4m3fn, F8_E4M3", "INT8, int8_tensorwise, I8"})
  void scaledTypesHoldWhatLoadingMakes(NumberFormat type, String comfy, DType code) {
    Path in = Fixtures.path("wan21-t2v-tiny/transformer");
    String matrix = "blocks.0.attn1.to_q.weight";
    Path named = convert(in, type + ".safetensors", type, Layout.DIFFUSERS);
    Path folder = convert(in, "scaled-" + type, type, null);
    Path file = folder.resolve("diffusion_pytorch_model.safetensors");
    assertSame(named, file);
    try (SafetensorsFile raw = SafetensorsFile.open(named);
        WeightSource scaled = WeightSource.open(file);
        WeightSource loaded =
            new FormedWeights(
                ModelFolder.open(in.getParent()).weights("transformer"),
                WeightForm.valueOf(type.name()),
                FormedModel::isOfBlock)) {
      assertTrue(raw.tensor(matrix).isPlain(code));
      long rows = raw.tensor(matrix).shape().size(0);
      StoredTensor scale = raw.tensor("blocks.0.attn1.to_q.weight_scale");
      assertEquals(code == DType.I8 ? Shape.of(rows, 1) : Shape.of(), scale.shape());
      String format =
          new String(bytes(raw.tensor("blocks.0.attn1.to_q.comfy_quant")), StandardCharsets.UTF_8);
      assertTrue(format.contains(comfy), format);
      assertEquals(new TreeSet<>(loaded.names()), new TreeSet<>(scaled.names()));
      for (String name : loaded.names()) {
        assertEquals(
            -1,
            loaded
                .tensor(name)
                .in(DType.F32)
                .segment()
                .mismatch(scaled.tensor(name).in(DType.F32).segment()),
            name);
      }
    }
  }

  @Test
  void whatIsReadIsNotedInWhatIsWritten() throws Exception {
    Path in = gguf("wan_sdcpp_q4_0");
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(in));
    String expected = "wan_sdcpp_q4_0.gguf sha256 " + HexFormat.of().formatHex(digest);
    for (String out : List.of("noted.safetensors", "noted.gguf")) {
      try (WeightSource source = WeightSource.open(convert(in, out, NumberFormat.BF16, null))) {
        assertEquals(expected, source.metadata().get("zoetrope.converted_from"));
        assertEquals("BF16", source.tensor("blocks.0.ffn.0.weight").encoding().name());
      }
    }
  }

  /** Byte by byte what ggml's package made of the same text encoder. */
  @Test
  void blocksOfTextEncodersAreThoseOfGgml() throws IOException {
    Path out = convert(BASE.resolve("text_encoder"), "umt5.gguf", NumberFormat.Q8_0, null);
    int same = 0;
    try (GgufFile expected = GgufFile.open(gguf("umt5_q8_0"));
        GgufFile actual = GgufFile.open(out)) {
      assertEquals(new TreeSet<>(expected.names()), new TreeSet<>(actual.names()));
      for (String name : expected.names()) {
        if (expected.tensor(name).encoding().name().equals("Q8_0")
            && actual.tensor(name).encoding().name().equals("Q8_0")) {
          assertArrayEquals(bytes(expected.tensor(name)), bytes(actual.tensor(name)), name);
          same++;
        }
      }
      // The others have 1024 elements, which are few.
      assertEquals(7, same);
      assertEquals("t5encoder", actual.values().text("general.architecture").orElseThrow());
      assertEquals(7, actual.values().integer("general.file_type").orElseThrow());
      assertEquals(
          expected.values().integer("t5encoder.attention.key_length"),
          actual.values().integer("t5encoder.attention.key_length"));
    }
  }

  /** What is rounded on the way would be rounded when a model in BF16 loads it. */
  @Test
  void modelsInBfloat16ComputeTheSame() throws IOException {
    Path in = Fixtures.path("wan21-i2v-tiny");
    Path out = convert(in, "model", NumberFormat.BF16, null);
    Set<String> formats = new TreeSet<>();
    for (String component : List.of("transformer", "text_encoder", "vae", "image_encoder")) {
      try (Original before = Original.open(in.resolve(component));
          Original after = Original.open(out.resolve(component))) {
        WeightSource wanted = before.parts().getFirst().weights();
        WeightSource got = after.parts().getFirst().weights();
        assertEquals(new TreeSet<>(wanted.names()), new TreeSet<>(got.names()));
        for (String name : wanted.names()) {
          StoredTensor tensor = got.tensor(name);
          formats.add(tensor.encoding().name());
          assertArrayEquals(
              wanted.tensor(name).in(DType.BF16).toFloats(), tensor.in(DType.BF16).toFloats());
          if (component.equals("vae") || tensor.shape().rank() < 2) {
            assertTrue(wanted.tensor(name).hasSameElements(tensor), name);
          }
        }
      }
    }
    assertEquals(Set.of("BF16", "F32"), formats);
    for (String other :
        List.of("model_index.json", "scheduler/scheduler_config.json", "tokenizer/spiece.model")) {
      assertArrayEquals(
          Files.readAllBytes(in.resolve(other)), Files.readAllBytes(out.resolve(other)), other);
    }
  }

  @ParameterizedTest
  @CsvSource({"gguf/base/vae", "wan22-ti2v-tiny/vae"})
  void autoencodersGoEveryWay(String vae) {
    Path in = Fixtures.path(vae);
    Path file = convert(in, "vae.safetensors", null, null);
    try (WeightSource source = WeightSource.open(file)) {
      assertTrue(source.has("decoder.middle.0.residual.0.gamma"), source.names().toString());
    }
    assertSame(
        in.resolve("diffusion_pytorch_model.safetensors"),
        convert(file, "vae", null, null).resolve("diffusion_pytorch_model.safetensors"));
  }

  /** A text encoder's tokenizer goes with it. */
  @Test
  void tokenizersGoAlong() throws IOException {
    Path file = convert(BASE.resolve("text_encoder"), "umt5.safetensors", NumberFormat.F16, null);
    Path back = convert(file, "umt5", null, null);
    byte[] tokenizer = Files.readAllBytes(BASE.resolve("tokenizer/spiece.model"));
    assertArrayEquals(tokenizer, Files.readAllBytes(back.resolve("spiece.model")));
    assertArrayEquals(
        T5Tokenizer.open(BASE.resolve("tokenizer")).encode("a red ball"),
        T5Tokenizer.open(back).encode("a red ball"));
    Path native16 = convert(file, "native.safetensors", null, Layout.ORIGINAL);
    try (WeightSource source = WeightSource.open(native16)) {
      assertTrue(source.has("blocks.1.ffn.gate.0.weight"));
      assertTrue(source.has(Original.TOKENIZER));
    }
  }

  /** The vocabulary in a GGUF file becomes a tokenizer's file, and the other way. */
  @Test
  void tokenizersGoIntoAndOutOfGguf() throws IOException {
    T5Tokenizer tokenizer = T5Tokenizer.open(BASE.resolve("tokenizer"));
    int[] ids = tokenizer.encode("a red ball, ﬁve \uff21 zebras");
    Path text = convert(gguf("umt5_mixed"), "from-gguf", NumberFormat.BF16, null);
    assertArrayEquals(ids, T5Tokenizer.open(text).encode("a red ball, ﬁve \uff21 zebras"));
    Path file = convert(text, "text.safetensors", null, null);
    try (WeightSource source = WeightSource.open(file)) {
      assertArrayEquals(
          Files.readAllBytes(text.resolve("spiece.model")),
          bytes(source.tensor(Original.TOKENIZER)));
    }
    Path back = convert(BASE.resolve("text_encoder"), "back.gguf", NumberFormat.Q8_0, null);
    try (GgufFile expected = GgufFile.open(gguf("umt5_q8_0"));
        GgufFile actual = GgufFile.open(back)) {
      assertArrayEquals(ids, T5Tokenizer.of(actual).encode("a red ball, ﬁve \uff21 zebras"));
      Map<String, String> wanted = new TreeMap<>(expected.metadata());
      wanted.keySet().removeIf(key -> !key.startsWith("tokenizer.ggml."));
      Map<String, String> got = new TreeMap<>(actual.metadata());
      got.keySet().retainAll(wanted.keySet());
      assertEquals(wanted, got);
      assertEquals(
          expected.values().textArray("tokenizer.ggml.tokens", 100),
          actual.values().textArray("tokenizer.ggml.tokens", 100));
      assertArrayEquals(
          expected.values().floatArray("tokenizer.ggml.scores").orElseThrow(),
          actual.values().floatArray("tokenizer.ggml.scores").orElseThrow());
    }
  }

  /** A file that holds everything becomes a model folder, which is the same model. */
  @Test
  void aWholeFileBecomesAModelFolder() {
    Path file = Fixtures.path("single-file/aio/all_in_one.safetensors");
    ModelSource expected = ModelParts.of(Role.TRANSFORMER, file).open();
    ModelFolder folderOfAll = ModelFolder.open(convert(file, "whole", null, null));
    assertEquals(expected.pipelineClass(), folderOfAll.pipelineClass());
    assertEquals(expected.settings(), folderOfAll.settings());
    assertEquals(
        expected.config("scheduler").json().toString(),
        folderOfAll.config("scheduler").json().toString());
    assertArrayEquals(
        expected.tokenizer().encode("a red ball"), folderOfAll.tokenizer().encode("a red ball"));
    for (String component : List.of("transformer", "text_encoder", "vae")) {
      assertEquals(
          expected.config(component).json().toString(),
          folderOfAll.config(component).json().toString());
      try (WeightSource wanted = expected.weights(component);
          WeightSource got = folderOfAll.weights(component)) {
        for (String name : wanted.names()) {
          assertTrue(wanted.tensor(name).hasSameElements(got.tensor(name)), name);
        }
      }
    }
  }

  @Test
  void eightBitsAreForMatricesOfBlocks() {
    Path out = convert(gguf("wan_mixed"), "f8.safetensors", NumberFormat.F8_E4M3, null);
    Set<String> narrow = new TreeSet<>();
    try (WeightSource source = WeightSource.open(out)) {
      for (String name : source.names()) {
        if (source.tensor(name).encoding().name().equals("F8_E4M3")) {
          narrow.add(name.replaceAll("\\d+", "#"));
        }
      }
    }
    assertEquals(
        Set.of(
            "blocks.#.cross_attn.k.weight",
            "blocks.#.cross_attn.o.weight",
            "blocks.#.cross_attn.q.weight",
            "blocks.#.cross_attn.v.weight",
            "blocks.#.ffn.#.weight",
            "blocks.#.self_attn.k.weight",
            "blocks.#.self_attn.o.weight",
            "blocks.#.self_attn.q.weight",
            "blocks.#.self_attn.v.weight"),
        narrow);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          gguf/files/wan_mixed.gguf   | a.safetensors | Q8_0    |           | q8_0 has no form in safetensors: name a file that ends in .gguf
          gguf/files/wan_mixed.gguf   | a.gguf        | F8_E4M3 |           | GGUF files have no f8_e4m3
          gguf/files/wan_mixed.gguf   | a.gguf        | INT8    |           | GGUF files have no int8: choose --type q8_0
          gguf/files/wan_mixed.gguf   | a.safetensors |         |           | has no such form in safetensors: say with --type
          gguf/files/wan_mixed.gguf   | a.gguf        |         | DIFFUSERS | GGUF files have the names of the original layout
          gguf/files/wan_mixed.gguf   | a             | F32     | ORIGINAL  | a folder has the layout of diffusers
          gguf/files/wan_mixed.gguf   | a.pth         | F32     |           | weights are written as .safetensors
          gguf/files/wan_mixed.gguf   | no/a.gguf     | F32     |           | doesn't exist
          gguf/files/wan_mixed.gguf   | .             | F32     |           | it exists
          gguf/files/tensor_types.gguf| a.gguf        | F32     |           | no part of a model that is known
          gguf/golden.json            | a.gguf        | F32     |           | it is a JSON text
          wan21-t2v-tiny              | a.safetensors |         |           | it is a whole model, and a file holds one component
          wan21-t2v-tiny/scheduler    | a             |         |           | config.json
          wan21-i2v-tiny/image_encoder| a.gguf        | F16     |           | the layout of transformers alone
          ops                         | a             |         |           | config.json
          no-such-file                | a             |         |           | no such file
          """)
  void whatCannotBeDoneIsSaidBefore(
      String in, String out, NumberFormat type, Layout layout, String expected) throws IOException {
    String message =
        assertThrows(ExpectedException.class, () -> convert(Fixtures.path(in), out, type, layout))
            .getMessage();
    assertTrue(message.contains(expected), message);
    assertEquals(1, message.lines().count());
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(), left.toList());
    }
  }

  /** Found when it is read: nothing half-written is left, and what was there before stays. */
  @Test
  void failuresOnTheWayLeaveNothing() throws IOException {
    Map<String, Tensor> tensors = new HashMap<>();
    Path file = convert(gguf("wan_mixed"), "a.safetensors", NumberFormat.F32, null);
    try (WeightSource source = WeightSource.open(file)) {
      for (String name : source.names()) {
        Tensor tensor = source.tensor(name).load();
        if (name.equals("head.head.weight")) {
          tensor.segment().set(ValueLayout.JAVA_FLOAT, 40, 70_000);
        }
        tensors.put(name, tensor);
      }
      SafetensorsWriter.write(folder.resolve("large.safetensors"), tensors, Map.of());
    }
    for (String out : List.of("out.safetensors", "out")) {
      String message =
          assertThrows(
                  ExpectedException.class,
                  () -> convert(folder.resolve("large.safetensors"), out, NumberFormat.F16, null))
              .getMessage();
      assertTrue(message.contains("holds 70000.0, which F16 cannot hold"), message);
    }
    String same =
        assertThrows(
                ExpectedException.class,
                () -> convert(file, "a.safetensors", NumberFormat.F16, null))
            .getMessage();
    assertTrue(same.endsWith("is what is read: choose another name"), same);
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(
          Set.of("a.safetensors", "large.safetensors"),
          new TreeSet<>(left.map(path -> path.getFileName().toString()).toList()));
    }
  }

  @Test
  void progressReachesTheEnd() {
    List<String> heard = new ArrayList<>();
    try (Conversion conversion =
        Conversion.of(
            gguf("umt5_mixed"),
            folder.resolve("out.safetensors"),
            Optional.of(NumberFormat.F32),
            Optional.empty())) {
      assertTrue(conversion.bytes() > 80_000);
      conversion.run((phase, bytes, all) -> heard.add(phase + (bytes == all ? " done" : "")));
    }
    assertEquals("HASHING done", heard.getFirst());
    assertEquals("WRITING done", heard.getLast());
    assertEquals(2, heard.stream().filter(line -> line.endsWith("done")).count());
  }
}
