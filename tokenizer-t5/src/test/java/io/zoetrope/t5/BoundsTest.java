package io.zoetrope.t5;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Small files that would take memory or time without end are refused in one line. */
class BoundsTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String PROMPT =
      "a red ball bounces on green grass, aaaaaaaaaaaaaaaaaaaaaaaaaaaa";

  @TempDir private Path folder;

  private static Path wan() {
    return Fixtures.root().resolve("wan21-t2v-tiny").resolve("tokenizer");
  }

  /** A tokenizer.json of a tiny model with other components. */
  private void write(String components) throws IOException {
    ObjectNode file = (ObjectNode) Fixtures.json(wan().resolve("tokenizer.json"));
    file.setAll((ObjectNode) MAPPER.readTree(components));
    MAPPER.writeValue(folder.resolve("tokenizer.json").toFile(), file);
  }

  private void assertRefused(String expected) {
    String message =
        assertThrows(TokenizerException.class, () -> T5Tokenizer.open(folder).encode(PROMPT))
            .getMessage();
    assertTrue(message.contains(expected), message);
    assertEquals(1, message.lines().count(), message);
    assertTrue(message.length() < 500, message);
  }

  private static String replace(String pattern, String content) {
    return "{\"type\":\"Replace\",\"pattern\":%s,\"content\":\"%s\"}".formatted(pattern, content);
  }

  private static String sequence(String step, int times) {
    return "{\"type\":\"Sequence\",\"normalizers\":[%s]}"
        .formatted(String.join(",", Collections.nCopies(times, step)));
  }

  @Test
  void replacementsOfReplacementsAreBounded() throws IOException {
    String tenfold = replace("{\"String\":\"a\"}", "a".repeat(10));
    write("{\"normalizer\":" + sequence(tenfold, 12) + "}");
    assertRefused("normalizer: normalizers[");
    assertRefused("makes more than");
    // Of an empty match at every position, too.
    write("{\"normalizer\":" + sequence(replace("{\"Regex\":\"x*\"}", "bb"), 20) + "}");
    assertRefused("makes more than");
  }

  @ParameterizedTest
  @ValueSource(strings = {"(([a-z ]+)+)+$1", "((a*)*)*[0-9]", "(.*)*\\\\1(.*)*Q"})
  void expressionsThatBacktrackAreStopped(String expression) throws IOException {
    write("{\"normalizer\":" + replace("{\"Regex\":\"" + expression + "\"}", "y") + "}");
    assertRefused("normalizer: '" + expression.replace("\\\\", "\\") + "' takes too long");
  }

  @Test
  void expressionsThatNeedTooMuchStackAreStopped() throws IOException {
    write("{\"normalizer\":" + replace("{\"Regex\":\"(a|b)*c\"}", "y") + "}");
    T5Tokenizer tokenizer = T5Tokenizer.open(folder);
    assertTrue(
        assertThrows(TokenizerException.class, () -> tokenizer.encode("ab".repeat(1_000_000)))
            .getMessage()
            .contains("takes too long"));
  }

  @Test
  void nestingIsBounded() throws IOException {
    write("{\"version\":" + "[".repeat(900) + "]".repeat(900) + "}");
    assertRefused("nesting depth");
    String normalizer = "{\"type\":\"NFC\"}";
    for (int i = 0; i < 200; i++) {
      normalizer = sequence(normalizer, 1);
    }
    write("{\"normalizer\":" + normalizer + "}");
    assertRefused("nesting depth");
    Files.delete(folder.resolve("tokenizer.json"));
    Files.copy(wan().resolve("spiece.model"), folder.resolve("spiece.model"));
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"x\":" + "[".repeat(5000) + "]".repeat(5000) + "}");
    assertRefused("nesting depth");
  }

  @Test
  void aSequenceOfSequencesIsTheSameAsTheirSteps() throws IOException {
    String once = replace("{\"String\":\"red\"}", "blue");
    write("{\"normalizer\":" + once + "}");
    int[] expected = T5Tokenizer.open(folder).encode(PROMPT);
    write("{\"normalizer\":" + sequence(sequence(sequence(once, 1), 1), 1) + "}");
    assertArrayEquals(expected, T5Tokenizer.open(folder).encode(PROMPT));
    write("{\"normalizer\":" + sequence(sequence(once, 40), 2) + "}");
    assertRefused("more than the 64 steps");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"normalizer":{"type":"Prepend","prepend":"LONG"}}                                       | prepend has 300 characters
          {"normalizer":{"type":"Replace","pattern":{"String":"a"},"content":"LONG"}}              | content has 300 characters
          {"normalizer":{"type":"Replace","pattern":{"Regex":"LONG"},"content":""}}                | Regex has 300 characters
          {"normalizer":{"type":"Replace","pattern":{"String":"a"},"content":"\\ud800"}}           | content holds half a character
          {"pre_tokenizer":{"type":"Metaspace","replacement":"\\udc00"}}                           | replacement holds half a character
          {"added_tokens":[{"id":969,"content":"LONG"}]}                                           | added_tokens[0]: content has 300 characters
          {"added_tokens":[{"id":2000000000,"content":"x"}]}                                       | id must be an integer from 0 to 1048576
          {"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x"}}],"special_tokens":{"x":{"ids":[MANY]}}}} | more than the 64 tokens around a text
          """)
  void formsAreThoseOfTokenizers(String components, String expected) throws IOException {
    write(components.replace("LONG", "x".repeat(300)).replace("MANY", "1,".repeat(70) + "1"));
    assertRefused(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"extra_ids": 2000000000}                                      | extra_ids must be an integer from 0 to 10000
          {"extra_ids": -1}                                              | extra_ids must be an integer from 0 to 10000
          {"added_tokens_decoder": {"2000000000": {"content": "x"}}}     | has key '2000000000', which is no id
          {"added_tokens_decoder": {"-5": {"content": "x"}}}             | has key '-5', which is no id
          {"added_tokens_decoder": {"\\u009b31m": {"content": "x"}}}     | has key '\\u009b31m', which is no id
          {"pad_token": "LONG"}                                          | pad_token has 300 characters
          """)
  void configurationsBesideSentencePieceAreBounded(String json, String expected)
      throws IOException {
    Files.copy(wan().resolve("spiece.model"), folder.resolve("spiece.model"));
    for (String name : new String[] {"special_tokens_map.json", "tokenizer_config.json"}) {
      Files.writeString(folder.resolve(name), json.replace("LONG", "x".repeat(300)));
      assertRefused(name + ": ");
      assertRefused(expected);
    }
  }

  @Test
  void characterMapsAreBounded() throws IOException {
    assertTrue(charactersOfMap(256).contains("has no token"), "256 bytes are allowed");
    assertTrue(charactersOfMap(257).contains("has more than 256 bytes"));
    byte[] large = new byte[(4 << 20) + 1];
    assertTrue(
        assertThrows(TokenizerException.class, () -> new PrecompiledCharsMap(large, "map"))
            .getMessage()
            .contains("larger than 4 MiB"));
  }

  /** What is said of a map with one replacement of so many bytes, in a file without a pad token. */
  private String charactersOfMap(int length) throws IOException {
    byte[] replacement = "x".repeat(length).getBytes(StandardCharsets.UTF_8);
    byte[] blob =
        ByteBuffer.allocate(8 + length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(4)
            .putInt(0)
            .put(replacement)
            .array();
    String map = Base64.getEncoder().encodeToString(blob);
    Files.writeString(
        folder.resolve("tokenizer.json"),
        """
        {"normalizer": {"type": "Precompiled", "precompiled_charsmap": "%s"},
         "model": {"type": "Unigram", "vocab": [["a", 0]], "unk_id": 0}}\
        """
            .formatted(map));
    return assertThrows(TokenizerException.class, () -> T5Tokenizer.open(folder)).getMessage();
  }

  @Test
  void vocabulariesAreBounded() throws IOException {
    Bounds bounds = new Bounds();
    for (int i = 0; i < 1 << 20; i++) {
      bounds.piece("a", "file");
    }
    assertThrows(TokenizerException.class, () -> bounds.piece("a", "file"));
    Files.writeString(
        folder.resolve("tokenizer.json"),
        "{\"model\": {\"type\": \"Unigram\", \"vocab\": [[\"%s\", 0]], \"unk_id\": 0}}"
            .formatted("y".repeat(1_000_000)));
    assertRefused("model: vocab has 1000000 characters");
    Files.writeString(
        folder.resolve("tokenizer.json"),
        "{\"model\": {\"type\": \"Unigram\", \"vocab\": [[\"\\ud83d\", 0]], \"unk_id\": 0}}");
    assertRefused("model: vocab holds half a character");
  }

  /** Characters in other normal forms are as long as they are anywhere. */
  @Test
  void whatUnicodeNeedsIsAllowed() throws IOException {
    write("{\"normalizer\":{\"type\":\"NFKC\"}}");
    assertTrue(T5Tokenizer.open(folder).encode("\uFDFA".repeat(10_000)).length > 100_000);
  }
}
