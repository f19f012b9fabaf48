package io.zoetrope.t5.encoder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.testing.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class T5ConfigTest {
  private static final Path UMT5 = Fixtures.path("wan21-t2v-tiny/text_encoder/config.json");
  private static final T5Config EXPECTED =
      new T5Config(T5Config.ModelType.UMT5, 1024, 32, 8, 64, 2, 4, 32, 128, 1e-6f);

  @TempDir Path folder;

  private Path write(String content) throws IOException {
    return Files.writeString(folder.resolve("config.json"), content);
  }

  @Test
  void fileOfTransformersIsRead() {
    assertEquals(EXPECTED, T5Config.read(UMT5));
    assertEquals(32, EXPECTED.innerDim());
  }

  @Test
  void maxDistanceMayBeMissing() throws IOException {
    ObjectNode json = JsonConfig.read(UMT5).json();
    json.remove("relative_attention_max_distance");
    assertEquals(EXPECTED, T5Config.read(write(json.toString())));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          feed_forward_proj               | "relu" | "relu"  | gated-gelu
          model_type                      | "mt5"  | "mt5"   | t5, umt5
          d_model                         | 0      | 0       | positive integers
          d_kv                            | 8.5    | 8.5     | positive integers
          num_layers                      | null   | null    | positive integers
          num_heads                       | "4"    | "4"     | positive integers
          vocab_size                      | 3e10   | 3.0E10  | positive integers
          layer_norm_epsilon              | -1     | -1      | positive numbers
          relative_attention_num_buckets  | 3      | 3       | at least 4, near and far ones for both directions
          relative_attention_max_distance | 8      | 8       | more than a quarter of the 32 buckets
          """)
  void otherArchitecturesAreRefused(String field, String value, String shown, String supported)
      throws IOException {
    ObjectNode json = JsonConfig.read(UMT5).json();
    json.set(field, JsonConfig.MAPPER.readTree(value));
    Path file = write(json.toString());
    assertEquals(
        "%s: %s is %s; supported: %s".formatted(file, field, shown, supported),
        assertThrows(ConfigException.class, () -> T5Config.read(file)).getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          []        | not a JSON object
          {}        | feed_forward_proj is missing; supported: gated-gelu
          {"a": 1]  | malformed JSON at line 1: Unexpected close marker ']': expected '}' (for Object starting at line: 1)
          """)
  void malformedFilesAreRefused(String content, String message) throws IOException {
    Path file = write(content);
    assertEquals(
        file + ": " + message,
        assertThrows(ConfigException.class, () -> T5Config.read(file)).getMessage());
  }

  @Test
  void missingFileIsNamed() {
    Path file = folder.resolve("missing.json");
    ConfigException refused = assertThrows(ConfigException.class, () -> T5Config.read(file));
    assertEquals(file + ": cannot be read: no such file or folder", refused.getMessage());
  }
}
