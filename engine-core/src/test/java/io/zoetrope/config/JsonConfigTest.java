package io.zoetrope.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonConfigTest {
  @TempDir Path folder;

  private static JsonConfig config(String json) {
    return JsonConfig.parse("test", json.replace('\'', '"'));
  }

  private static String refusal(Runnable read) {
    String message = assertThrows(ConfigException.class, read::run).getMessage();
    assertEquals(1, message.lines().count(), message);
    return message;
  }

  private static void assertRefused(String expected, String json, Consumer<JsonConfig> read) {
    assertEquals("test: " + expected, refusal(() -> read.accept(config(json))));
  }

  @Test
  void fieldsThatAreThere() {
    JsonConfig config =
        config(
            "{'t': 'x', 'f': true, 'i': -3, 'p': 7, 'n': 2.5, 'e': 'seconds', 'fs': [false],"
                + " 'is': [1, -2], 'ps': [4], 'ns': [1, 0.5], 'z': null}");
    assertEquals("x", config.text("t"));
    assertTrue(config.flag("f", false));
    assertEquals(-3, config.integer("i", 0, -3, -3));
    assertEquals(7, config.positiveInteger("p"));
    assertEquals(7, config.positiveInteger("p", 1));
    assertEquals(OptionalInt.of(7), config.optionalPositiveInteger("p"));
    assertEquals(2.5, config.number("n", 0));
    assertEquals(2.5, config.positiveNumber("n"));
    assertEquals(2.5, config.positiveNumber("n", 1));
    assertEquals(OptionalDouble.of(2.5), config.optionalNumber("n"));
    assertEquals("x", config.choice("t", null, "w", "x"));
    assertEquals(TimeUnit.SECONDS, config.choice("e", null, TimeUnit.class));
    assertEquals(List.of(false), config.flags("fs", List.of()));
    assertEquals(List.of(1, -2), config.integers("is", List.of()));
    assertEquals(List.of(4), config.positiveIntegers("ps", List.of()));
    assertEquals(List.of(1f, 0.5f), config.numbers("ns", List.of()));
    assertEquals(OptionalInt.empty(), config.optionalPositiveInteger("z"));
    assertEquals(OptionalDouble.empty(), config.optionalNumber("z"));
  }

  @Test
  void missingFieldsTakeTheDefault() {
    for (JsonConfig config :
        List.of(config("{}"), config("{'a': 1}").empty(), config("{'a': null}").withoutNulls())) {
      assertFalse(config.has("a"));
      assertTrue(config.flag("a", true));
      assertEquals(5, config.integer("a", 5, 1, 3));
      assertEquals(5, config.positiveInteger("a", 5));
      assertEquals(OptionalInt.empty(), config.optionalPositiveInteger("a"));
      assertEquals(0.5, config.number("a", 0.5));
      assertEquals(0.5, config.positiveNumber("a", 0.5));
      assertEquals(OptionalDouble.empty(), config.optionalNumber("a"));
      assertEquals("x", config.choice("a", "x", "x", "y"));
      assertEquals(TimeUnit.DAYS, config.choice("a", TimeUnit.DAYS, TimeUnit.class));
      assertEquals(List.of(true), config.flags("a", List.of(true)));
      assertEquals(List.of(1), config.integers("a", List.of(1)));
      assertEquals(List.of(1f), config.numbers("a", List.of(1f)));
    }
  }

  @Test
  void requiredFieldsAreRefusedIfMissing() {
    assertRefused("a is missing; supported: strings", "{}", c -> c.text("a"));
    assertRefused("a is missing; supported: positive integers", "{}", c -> c.positiveInteger("a"));
    assertRefused("a is missing; supported: positive numbers", "{}", c -> c.positiveNumber("a"));
    assertRefused("a is missing; supported: x, y", "{}", c -> c.choice("a", null, "x", "y"));
    assertRefused(
        "a is null; supported: positive integers", "{'a': null}", c -> c.positiveInteger("a", 1));
  }

  @Test
  void anUnsupportedDefaultIsNamed() {
    assertRefused(
        "a is missing, which means z; supported: x, y", "{}", c -> c.choice("a", "z", "x", "y"));
  }

  @Test
  void otherValuesAreRefused() {
    assertRefused("a is 1; supported: strings", "{'a': 1}", c -> c.text("a"));
    assertRefused(
        "a is 'x'; supported: true, false".replace('\'', '"'),
        "{'a': 'x'}",
        c -> c.flag("a", true));
    assertRefused(
        "a is 4; supported: integers from 1 to 3", "{'a': 4}", c -> c.integer("a", 2, 1, 3));
    assertRefused(
        "a is 2.0; supported: integers from 1 to 3", "{'a': 2.0}", c -> c.integer("a", 2, 1, 3));
    assertRefused(
        "a is 3000000000; supported: positive integers",
        "{'a': 3000000000}",
        c -> c.positiveInteger("a", 2));
    assertRefused(
        "a is -Infinity; supported: finite numbers", "{'a': -Infinity}", c -> c.number("a", 2));
    assertRefused(
        "a is 1.0E-50; supported: positive numbers", "{'a': 1e-50}", c -> c.positiveNumber("a"));
    assertRefused("a is 1; supported: x, y", "{'a': 1}", c -> c.choice("a", "x", "x", "y"));
    assertRefused(
        "a is [1,true]; supported: lists of true, false",
        "{'a': [1, true]}",
        c -> c.flags("a", List.of()));
    assertRefused(
        "a is 1; supported: lists of integers", "{'a': 1}", c -> c.integers("a", List.of()));
    assertRefused(
        "a is [0]; supported: lists of positive integers",
        "{'a': [0]}",
        c -> c.positiveIntegers("a", List.of()));
    assertRefused(
        "a is [1,\"NaN\"]; supported: lists of finite numbers",
        "{'a': [1, NaN]}",
        c -> c.numbers("a", List.of()));
    assertRefused(
        "a is 7; supported: even numbers", "{'a': 7}", c -> c.require(false, "a", "even numbers"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]|not a JSON object",
        "null|not a JSON object",
        "``|not a JSON object",
        "{'a': 1, 'a': 2}|malformed JSON at line 1: Duplicate field 'a'",
        "{'a': {'b': 1, 'b': 1}}|malformed JSON at line 1: Duplicate field 'b'",
        "{'a': 1~,,}|malformed JSON at line 2: Unexpected character (','",
        "{'a': 1~]|malformed JSON at line 2: Unexpected close marker ']': expected '}' (for Object"
            + " starting at line: 1)",
        "{'a': [1|malformed JSON at line 1: Unexpected end-of-input",
        "{}~~{}|malformed JSON at line 3: more than one value",
        "{} x|malformed JSON at line 1: Unrecognized token 'x'",
      })
  void badFilesAreRefused(String json, String message) throws IOException {
    String text = json.replace('\'', '"').replace('~', '\n');
    Path file = Files.writeString(folder.resolve("config.json"), text);
    String actual = refusal(() -> JsonConfig.read(file));
    assertTrue(actual.startsWith(file + ": " + message), actual);
    assertTrue(refusal(() -> JsonConfig.parse("test", text)).startsWith("test: " + message));
  }

  @Test
  void filesThatCannotBeReadAreNamed() {
    Path missing = folder.resolve("none.json");
    assertEquals(
        missing + ": cannot be read: no such file or folder",
        refusal(() -> JsonConfig.read(missing)));
    String directory = refusal(() -> JsonConfig.read(folder));
    assertTrue(directory.startsWith(folder + ": cannot be read: "), directory);
  }

  @Test
  void whatIsNoObjectIsRefused() {
    assertEquals(
        "test: not a JSON object",
        refusal(() -> JsonConfig.of("test", JsonConfig.MAPPER.createArrayNode())));
  }
}
