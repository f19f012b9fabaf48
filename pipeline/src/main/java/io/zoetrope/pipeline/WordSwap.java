package io.zoetrope.pipeline;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A word of the prompt whose keys are those of another word: patches attend to it where they would
 * attend to the other one, and read from there what it says itself.
 *
 * @param word in the prompt, as it is written there; each time that it stands there
 * @param other that takes its place
 */
public record WordSwap(String word, String other) {
  private static final String NO_PART_OF_A_WORD = "(?<![\\p{L}\\p{N}])%s(?![\\p{L}\\p{N}])";

  /**
   * Checks the words.
   *
   * @throws PipelineException if one is empty, or both are the same
   */
  public WordSwap {
    if (word.isBlank() || other.isBlank() || word.equals(other)) {
      throw new PipelineException(
          "swapped words '%s=%s': two words are needed, one of the prompt and another one"
              .formatted(word, other));
    }
  }

  /**
   * Reads {@code WORD=WORD}.
   *
   * @throws PipelineException if it is something else
   */
  public static WordSwap parse(String text) {
    String[] words = text.split("=", 2);
    return new WordSwap(words[0], words.length < 2 ? "" : words[1]);
  }

  /** Where the word stands in a prompt, from one character to another. */
  public List<MatchResult> in(String prompt) {
    Matcher matcher =
        Pattern.compile(NO_PART_OF_A_WORD.formatted(Pattern.quote(word))).matcher(prompt);
    return matcher.results().toList();
  }

  @Override
  public String toString() {
    return word + "=" + other;
  }
}
