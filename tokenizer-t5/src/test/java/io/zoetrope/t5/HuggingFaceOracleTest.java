package io.zoetrope.t5;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The tokenizers library itself, called through DJL, must give the same ids for generated texts.
 */
class HuggingFaceOracleTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir private static Path cache;
  @TempDir private Path folder;

  @BeforeAll
  static void keepOracleOffline() {
    System.setProperty("DJL_CACHE_DIR", cache.toString());
    System.setProperty("ai.djl.offline", "true");
  }

  static Stream<Path> tokenizers() {
    return Stream.of(
        Fixtures.demoTokenizer(),
        Fixtures.root().resolve("wan21-t2v-tiny").resolve("tokenizer"),
        Fixtures.root().resolve("wan21-i2v-tiny").resolve("tokenizer"),
        Fixtures.resource("t5-layout-with-map"),
        Fixtures.resource("t5-layout-plain"));
  }

  @ParameterizedTest
  @MethodSource("tokenizers")
  void generatedTextsGiveTheSameIds(Path tokenizer) throws IOException {
    assertSameIds(tokenizer, 20261122, 2_000);
  }

  /** Components that other T5 and UMT5 files have, put in place of those of one file. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        """
        {"normalizer": {"type": "Sequence", "normalizers": [{"type": "Nmt"}, {"type": "NFKC"},
          {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]},
         "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "add_prefix_space": true}}\
        """,
        """
        {"normalizer": {"type": "Sequence", "normalizers": [{"type": "Strip", "strip_left": true, "strip_right": true},
          {"type": "Lowercase"}]},
         "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": false}}\
        """,
        """
        {"normalizer": {"type": "Sequence", "normalizers": [{"type": "NFD"},
          {"type": "Replace", "pattern": {"String": "a"}, "content": "xx"}]},
         "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": true}}\
        """,
        """
        {"normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"},
          {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
         "pre_tokenizer": null}\
        """,
        """
        {"normalizer": {"type": "NFC"},
         "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"},
           {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never"}]},
         "post_processor": {"type": "TemplateProcessing",
           "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
           "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
           "special_tokens": {"<s>": {"id": "<s>", "ids": [2], "tokens": ["<s>"]}}}}\
        """,
        """
        {"normalizer": {"type": "Nmt"},
         "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first"}}\
        """,
        """
        {"normalizer": {"type": "Sequence", "normalizers": [
          {"type": "Replace", "pattern": {"Regex": "^\\\\s+"}, "content": ""}, {"type": "NFKD"}]},
         "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first"},
         "post_processor": null}\
        """
      })
  void otherComponentsGiveTheSameIds(String components) throws IOException {
    ObjectNode file = readFile(Fixtures.root().resolve("wan21-t2v-tiny").resolve("tokenizer"));
    file.setAll((ObjectNode) MAPPER.readTree(components));
    addTokens(file);
    MAPPER.writeValue(folder.resolve("tokenizer.json").toFile(), file);
    assertSameIds(folder, 7, 1_000);
  }

  @Test
  void unknownTokensWithoutBytesAreFused() throws IOException {
    ObjectNode file = readFile(Fixtures.root().resolve("wan21-t2v-tiny").resolve("tokenizer"));
    ((ObjectNode) file.get("model")).put("byte_fallback", false);
    MAPPER.writeValue(folder.resolve("tokenizer.json").toFile(), file);
    assertSameIds(folder, 8, 1_000);
  }

  @Test
  void vocabularyOf256000PiecesGivesTheSameIds() throws IOException {
    ObjectNode file = readFile(Fixtures.root().resolve("wan21-t2v-tiny").resolve("tokenizer"));
    ArrayNode vocabulary = (ArrayNode) file.get("model").get("vocab");
    Set<String> pieces = new HashSet<>();
    vocabulary.forEach(entry -> pieces.add(entry.get(0).textValue()));
    Random random = new Random(256);
    while (pieces.size() < 256_000) {
      String piece = randomPiece(random);
      if (pieces.add(piece)) {
        vocabulary.addArray().add(piece).add(-5 - 15 * random.nextDouble());
      }
    }
    MAPPER.writeValue(folder.resolve("tokenizer.json").toFile(), file);
    assertSameIds(folder, 9, 500);
  }

  private static String randomPiece(Random random) {
    StringBuilder piece = new StringBuilder(random.nextBoolean() ? "▁" : "");
    int alphabet = random.nextInt(3);
    for (int letters = 1 + random.nextInt(alphabet == 2 ? 3 : 10); letters > 0; letters--) {
      switch (alphabet) {
        case 0 -> piece.append((char) ('a' + random.nextInt(26)));
        case 1 -> piece.append((char) ('а' + random.nextInt(32)));
        default -> piece.append((char) (0x4E00 + random.nextInt(0x5000)));
      }
    }
    return piece.toString();
  }

  private static ObjectNode readFile(Path tokenizer) throws IOException {
    return (ObjectNode) Fixtures.json(tokenizer.resolve("tokenizer.json"));
  }

  /** Added tokens with every combination of flags, some in the vocabulary and some not. */
  private static void addTokens(ObjectNode file) {
    int nextId = file.get("model").get("vocab").size();
    ArrayNode tokens = (ArrayNode) file.get("added_tokens");
    List<String> contents = List.of("walks", "THE", "a cat", "grass", "aaa", "ｗ", "Á");
    for (int i = 0; i < contents.size(); i++) {
      ObjectNode token = tokens.addObject();
      token.put("id", nextId++).put("content", contents.get(i)).put("special", i % 3 == 0);
      token
          .put("single_word", i % 2 == 0)
          .put("lstrip", i % 4 > 1)
          .put("rstrip", i > 3)
          .put("normalized", i != 3);
    }
    for (var token : tokens) {
      if (token.get("content").textValue().equals("<extra_id_0>")) {
        ((ObjectNode) token).put("lstrip", true).put("rstrip", true);
      }
    }
  }

  private static void assertSameIds(Path tokenizer, long seed, int count) throws IOException {
    T5Tokenizer ours = T5Tokenizer.open(tokenizer);
    Map<String, String> options =
        Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "true");
    RandomTexts texts = new RandomTexts(seed);
    int notEmpty = 0;
    try (HuggingFaceTokenizer oracle =
        HuggingFaceTokenizer.newInstance(tokenizer.resolve("tokenizer.json"), options)) {
      for (int i = 0; i < count; i++) {
        String text = texts.next();
        int[] expected =
            Arrays.stream(oracle.encode(text).getIds()).mapToInt(Math::toIntExact).toArray();
        assertArrayEquals(expected, ours.encode(text), () -> "text: " + text);
        notEmpty += expected.length > 1 ? 1 : 0;
      }
    }
    assertTrue(notEmpty > count / 2, "most texts must have tokens");
  }
}
