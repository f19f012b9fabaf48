package io.zoetrope.pipeline.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.pipeline.family.PromptTokens.Token;
import io.zoetrope.pipeline.family.PromptTokens.Word;
import io.zoetrope.t5.T5Tokenizer;
import io.zoetrope.testing.Fixtures;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which tokens of a prompt are words together. */
class PromptTokensTest {
  private static PromptTokens tokens(String folder, String text, int length) {
    return PromptTokens.of(T5Tokenizer.open(Fixtures.path(folder)), text, length);
  }

  private static List<String> words(PromptTokens prompt) {
    return prompt.words().stream().map(Word::text).toList();
  }

  @Test
  void wordsOfTheDemoModelAreTokens() {
    PromptTokens prompt =
        tokens("../demo-model/model/tokenizer", "a red ball, and a blue one", 512);
    assertEquals(List.of("a", "red", "ball", "and", "a", "blue", "one"), words(prompt));
    assertEquals(List.of(2), prompt.words().get(2).tokens());
    assertEquals(new Token(6, ",", PromptTokens.NO_WORD), prompt.tokens().get(3));
    assertEquals("</s>", prompt.tokens().getLast().text());
    assertEquals(PromptTokens.NO_WORD, prompt.tokens().getLast().word());
  }

  @ParameterizedTest
  @ValueSource(strings = {"wan21-t2v-tiny/tokenizer", "latte-tiny/tokenizer"})
  void wordsOfSeveralTokensStayTogether(String folder) {
    PromptTokens prompt = tokens(folder, "Extraordinary close-up: panda(s)!", 512);
    assertEquals(List.of("Extraordinary", "close", "up", "panda", "s"), words(prompt));
    assertTrue(prompt.words().getFirst().tokens().size() > 1);
    for (int word = 0; word < prompt.words().size(); word++) {
      int number = word;
      assertEquals(
          IntStream.range(0, prompt.tokens().size())
              .filter(token -> prompt.tokens().get(token).word() == number)
              .boxed()
              .toList(),
          prompt.words().get(word).tokens());
    }
    assertEquals(
        " Extraordinary close-up: panda(s)!",
        prompt.tokens().stream()
            .limit(prompt.tokens().size() - 1)
            .map(Token::text)
            .collect(Collectors.joining()));
  }

  @Test
  void isCutWithThePrompt() {
    PromptTokens prompt = tokens("../demo-model/model/tokenizer", "a red ball bounces", 3);
    assertEquals(List.of("a", "red"), words(prompt));
    assertEquals(3, prompt.tokens().size());
  }

  @Test
  void caseHasNoMeaning() {
    Word word = new Word("Ball", List.of(0));
    assertTrue(word.is(" ball"));
    assertFalse(word.is("balls"));
  }
}
