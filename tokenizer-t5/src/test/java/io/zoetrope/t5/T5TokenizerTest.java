package io.zoetrope.t5;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class T5TokenizerTest {
  private static final String PROMPT = "A cat walks on the grass";
  private static final int[] PROMPT_IDS = {302, 554, 473, 263, 301, 265, 319, 841, 1};

  @TempDir private Path folder;

  private static Path wan() {
    return Fixtures.root().resolve("wan21-t2v-tiny").resolve("tokenizer");
  }

  @Test
  void shortTextsArePadded() {
    TokenIds encoded = T5Tokenizer.open(wan()).encode(PROMPT, 12);
    assertArrayEquals(Arrays.copyOf(PROMPT_IDS, 12), encoded.ids());
    assertEquals(9, encoded.length());
    assertArrayEquals(new int[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0}, encoded.attentionMask());
  }

  @Test
  void longTextsAreCutAndStayClosed() {
    T5Tokenizer tokenizer = T5Tokenizer.open(wan());
    assertArrayEquals(new int[] {302, 554, 473, 1}, tokenizer.encode(PROMPT, 4).ids());
    assertEquals(4, tokenizer.encode(PROMPT, 4).length());
    assertArrayEquals(PROMPT_IDS, tokenizer.encode(PROMPT, 9).ids());
    assertArrayEquals(new int[] {1}, tokenizer.encode(PROMPT, 1).ids());
    assertArrayEquals(new int[] {1, 0}, tokenizer.encode("", 2).ids());
    assertEquals(
        "maximum length 0 is too small: the tokens around a text need 1",
        assertThrows(TokenizerException.class, () -> tokenizer.encode(PROMPT, 0)).getMessage());
  }

  @Test
  void unpairedSurrogatesCountAsReplacementCharacters() {
    T5Tokenizer tokenizer = T5Tokenizer.open(wan());
    assertArrayEquals(tokenizer.encode("a\uFFFDb"), tokenizer.encode("a\uDC00b"));
  }

  @Test
  void aMegabyteIsEncodedWhole() {
    T5Tokenizer tokenizer = T5Tokenizer.open(wan());
    int letters = tokenizer.encode("a".repeat(1_000_000)).length;
    assertTrue(letters > 100_000, () -> "tokens: " + letters);
    assertEquals(3 * 350_000 + 2, tokenizer.encode("\uE000".repeat(350_000)).length);
  }

  @Test
  void spieceModelAloneGivesTheSameIds() throws IOException {
    for (Fixtures.Case recorded : Fixtures.tokenizerCases()) {
      boolean hasSpecialTokens = recorded.text().contains("<");
      if (hasSpecialTokens || Arrays.equals(recorded.ids(), recorded.sentencePieceIds())) {
        Path copy = Files.createDirectories(folder.resolve("spiece-only"));
        for (String file : new String[] {"spiece.model", "tokenizer_config.json"}) {
          Files.write(copy.resolve(file), Files.readAllBytes(recorded.tokenizer().resolve(file)));
        }
        assertArrayEquals(
            recorded.ids(), T5Tokenizer.open(copy).encode(recorded.text()), recorded.text());
      }
    }
  }

  @Test
  void sentinelsFollowThePiecesHighestFirst() throws IOException {
    Files.copy(wan().resolve("spiece.model"), folder.resolve("spiece.model"));
    int pieces = SentencePieceModel.read(folder.resolve("spiece.model")).size();
    assertArrayEquals(
        new int[] {pieces + 99, pieces, 1},
        T5Tokenizer.open(folder).encode("<extra_id_0><extra_id_99>"));
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"extra_ids\": 300, \"eos_token\": {\"content\": \"</s>\"}}");
    assertArrayEquals(new int[] {pieces + 299, 1}, T5Tokenizer.open(folder).encode("<extra_id_0>"));
    Files.writeString(
        folder.resolve("special_tokens_map.json"),
        "{\"added_tokens_decoder\": {\"7\": {\"content\": \"@@\", \"rstrip\": true}}}");
    assertArrayEquals(new int[] {7, 7, 1}, T5Tokenizer.open(folder).encode("@@  @@"));
  }

  @Test
  void missingFilesAreNamed() {
    assertEquals(
        "Tokenizer folder " + folder.resolve("none") + " doesn't exist",
        message(folder.resolve("none")));
    assertEquals(
        "Tokenizer folder " + folder + " has neither tokenizer.json nor spiece.model",
        message(folder));
  }

  @Test
  void truncatedJsonIsRefused() throws IOException {
    byte[] good =
        Files.readAllBytes(Fixtures.resource("t5-layout-plain").resolve("tokenizer.json"));
    Random random = new Random(1);
    for (int i = 0; i < 200; i++) {
      int length = random.nextInt(good.length - 1);
      Files.write(folder.resolve("tokenizer.json"), Arrays.copyOf(good, length));
      assertMessage("malformed JSON");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"model":                                       | malformed JSON at line 1
          []                                              | must be a JSON object
          {} {}                                           | goes on after its JSON value
          {}                                              | : model must be an object, found nothing
          {"model": {"type": "BPE", "vocab": {"a": 0}}}   | : model of type 'BPE' is not supported; supported: Unigram
          {"model": {"type": "Unigram"}}                  | : model: vocab must be an array of pieces and scores
          {"model": {"type": "Unigram", "vocab": [["a", 0], ["b"]]}}            | : model: vocab[1] must be a pair
          {"model": {"type": "Unigram", "vocab": [["a", 1e999]]}}               | : model: vocab[0] must be a pair
          {"model": {"type": "Unigram", "vocab": [["a", 0]]}}                   | : model: unk_id must be an integer
          {"model": {"type": "Unigram", "vocab": [["a", 0]], "unk_id": 1}}      | unk_id is 1, but the vocabulary has 1
          {"model": {"type": "Unigram", "vocab": [["a", 0]], "unk_id": 0}}      | has no token '<pad>'
          """)
  void malformedFilesAreExplained(String json, String expected) throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), json);
    assertMessage(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "BertNormalizer"}]}} | : normalizer: normalizers[1] of type 'BertNormalizer' is not supported
          {"normalizer": {"type": "Replace", "pattern": {"Regex": "("}, "content": ""}} | : normalizer: pattern is not a regular expression
          {"normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAA"}} | is too short for its header
          {"normalizer": {"type": "Precompiled", "precompiled_charsmap": "!"}}   | precompiled_charsmap is not base64
          {"normalizer": {"type": "Strip"}}               | : normalizer: strip_left must be true or false, found nothing
          {"pre_tokenizer": {"type": "ByteLevel"}}        | : pre_tokenizer of type 'ByteLevel' is not supported
          {"pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "some"}} | must be always, first or never
          {"post_processor": {"type": "BertProcessing"}}  | : post_processor of type 'BertProcessing' is not supported
          {"added_tokens": [{"id": 5, "content": "</s>"}]} | '</s>' has id 5, but the vocabulary implies 1
          {"added_tokens": [{"id": 5}]}                   | : added_tokens[0]: content must be a string
          """)
  void unknownComponentsAreNamed(String components, String expected) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode file = (ObjectNode) Fixtures.json(wan().resolve("tokenizer.json"));
    file.setAll((ObjectNode) mapper.readTree(components));
    mapper.writeValue(folder.resolve("tokenizer.json").toFile(), file);
    assertMessage(expected);
  }

  private void assertMessage(String expected) {
    String message = message(folder);
    assertTrue(message.contains(expected), message);
    assertTrue(message.contains("tokenizer.json"), message);
    assertEquals(1, message.lines().count(), message);
  }

  private static String message(Path tokenizer) {
    return assertThrows(TokenizerException.class, () -> T5Tokenizer.open(tokenizer)).getMessage();
  }
}
