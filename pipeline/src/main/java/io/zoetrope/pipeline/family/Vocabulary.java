package io.zoetrope.pipeline.family;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The words that a small model was trained with: it can do nothing with others.
 *
 * @param words in lower case
 */
public record Vocabulary(Set<String> words) {
  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+");

  /** The words of a prompt that are none of these, in its order, each of them once. */
  public List<String> unknown(String prompt) {
    return WORD.matcher(prompt.toLowerCase(Locale.ROOT))
        .results()
        .map(MatchResult::group)
        .filter(word -> !words.contains(word))
        .distinct()
        .toList();
  }
}
