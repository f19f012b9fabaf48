package io.zoetrope.t5;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.files.ExpectedException;
import io.zoetrope.weights.GgufFile;
import io.zoetrope.weights.GgufMetadata;
import io.zoetrope.weights.GgufWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GgufVocabularyTest {
  private static final String KEY = "tokenizer.ggml.";

  @TempDir Path folder;

  private static Path file(String name) {
    return Fixtures.root().resolve("gguf/files").resolve(name + ".gguf");
  }

  private static JsonNode texts() throws IOException {
    JsonNode texts = Fixtures.json(Fixtures.root().resolve("gguf/golden.json")).get("tokenizer");
    assertEquals(27, texts.size());
    return texts;
  }

  private static int[] ids(JsonNode array) {
    return array.valueStream().mapToInt(JsonNode::intValue).toArray();
  }

  private static T5Tokenizer open(Path path) {
    try (GgufFile file = GgufFile.open(path)) {
      return T5Tokenizer.of(file);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"umt5_mixed", "umt5_q8_0"})
  void idsAreThoseOfSentencePiece(String name) throws IOException {
    T5Tokenizer tokenizer = open(file(name));
    assertEquals(0, tokenizer.padId());
    for (JsonNode text : texts()) {
      String content = text.get("text").asText();
      assertArrayEquals(ids(text.get("ids")), tokenizer.encode(content), content);
    }
  }

  /** Files that ComfyUI-GGUF was made for have no table of replacements. */
  @Test
  void idsWithoutCharacterMapAreThoseOfSentencePiece() throws IOException {
    T5Tokenizer tokenizer = open(write(_ -> {}, false, 0));
    int others = 0;
    for (JsonNode text : texts()) {
      String content = text.get("text").asText();
      JsonNode without = text.get("rebuilt_without_charsmap");
      others += without.isArray() ? 1 : 0;
      assertArrayEquals(
          ids(without.isArray() ? without : text.get("ids")), tokenizer.encode(content), content);
    }
    assertEquals(6, others);
  }

  /** The vocabulary of a fixture, with changes. */
  private Path write(Consumer<List<String>> change, boolean ids, int fewerScores)
      throws IOException {
    Path path = folder.resolve("changed.gguf");
    try (GgufFile source = GgufFile.open(file("umt5_mixed"))) {
      GgufMetadata values = source.values();
      List<String> tokens = new ArrayList<>(values.textArray(KEY + "tokens", 100).orElseThrow());
      change.accept(tokens);
      float[] scores = values.floatArray(KEY + "scores").orElseThrow();
      GgufWriter writer =
          new GgufWriter()
              .text(KEY + "model", "t5")
              .textArray(KEY + "tokens", tokens)
              .floatArray(KEY + "scores", Arrays.copyOf(scores, scores.length - fewerScores))
              .intArray(KEY + "token_type", values.intArray(KEY + "token_type").orElseThrow());
      if (ids) {
        writer.integer(KEY + "eos_token_id", 608);
      }
      writer.write(path, List.of(), _ -> {});
    }
    return path;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          '',    false, 1 | 608 tokens, 607 scores and 608 types are not the same number
          '',    true,  0 | eos_token_id is 608, and it has 608 pieces
          <pad>, false, 0 | piece '<pad>' occurs twice
          EMPTY, false, 0 | piece 300 is empty
          LONG,  false, 0 | piece 300 has 300 characters
          """)
  void damagedVocabulariesAreRefused(String change, String rule) throws IOException {
    String[] parts = change.split(",\\s*");
    String token =
        switch (parts[0]) {
          case "EMPTY" -> "";
          case "LONG" -> "x".repeat(300);
          default -> parts[0];
        };
    Path path =
        write(
            tokens -> {
              if (!parts[0].equals("''")) {
                tokens.set(300, token);
              }
            },
            Boolean.parseBoolean(parts[1]),
            Integer.parseInt(parts[2].strip()));
    String message = assertThrows(ExpectedException.class, () -> open(path)).getMessage();
    assertTrue(message.startsWith(path + ": "), message);
    assertTrue(message.contains(rule), message);
  }

  @Test
  void filesWithoutAVocabularyAreRefused() {
    Path path = file("wan_mixed");
    assertEquals(
        path
            + ": tokenizer: it is 'none', where 't5' is expected: name the folder of the text encoder's tokenizer",
        assertThrows(TokenizerException.class, () -> open(path)).getMessage());
  }
}
