package io.zoetrope.t5;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.t5.text.HtmlEntities;
import io.zoetrope.t5.text.TextFixer;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each text of cleaned-texts.json comes with what Python made of it: {@code ftfy.fix_text} of ftfy
 * 6.3.1, {@code html.unescape}, and {@code prompt_clean} of diffusers.
 */
class PromptCleanerTest {
  @Test
  void textsBecomeWhatPythonMakesOfThem() throws IOException {
    JsonNode cases = Fixtures.json(Fixtures.resource("cleaned-texts.json"));
    assertTrue(cases.size() >= 500);
    for (JsonNode entry : cases) {
      String text = entry.get("text").textValue();
      assertEquals(entry.get("fixed").textValue(), TextFixer.fix(text), () -> "fixed: " + text);
      assertEquals(
          entry.get("unescaped").textValue(),
          HtmlEntities.unescape(text),
          () -> "unescaped: " + text);
      assertEquals(
          entry.get("cleaned").textValue(), PromptCleaner.clean(text), () -> "cleaned: " + text);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'schÃ¶n', 'schön'",
    "'âœ” No problems', '✔ No problems'",
    "'a  b\t\n c ', 'a b c'",
    "'&amp;amp;amp;lt;b&gt;', '<b>'",
    "'ＬＯＵＤ　ＮＯＩＳＥＳ', 'LOUD NOISES'",
    "'“curly” it’s', '\"curly\" it''s'",
    "' ', ''",
    "'', ''"
  })
  void promptsAreCleaned(String prompt, String expected) {
    assertEquals(expected, PromptCleaner.clean(prompt));
  }

  @Test
  void unpairedSurrogatesBecomeReplacementCharacters() {
    assertEquals("a\uFFFDb \uD83D\uDE00", PromptCleaner.clean("a\uD83Db \uD83D\uDE00"));
  }

  @Test
  void numbersBeyondUnicodeAreNoCharacters() {
    assertEquals("\uFFFD", HtmlEntities.unescape("&#" + "9".repeat(5000) + ";"));
  }

  @Test
  void linesBeyondTheSegmentLengthAreFixedInParts() {
    String half = "x".repeat(999_999);
    assertEquals(half + "ö" + half, TextFixer.fix(half + "ö" + half));
    // The first part ends between the two bytes of the letter, so they stay apart.
    assertEquals(half + "Ã" + "¶" + half, TextFixer.fix(half + "Ã¶" + half));
  }
}
