package io.zoetrope.pipeline.family;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The words that a small model was trained with: it can do nothing with others.
 *
 * @param words in lower case
 */
public record Vocabulary(Set<String> words) {
  /** How many words of a prompt one line has room for. */
  private static final int MOST_NAMED = 6;

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

  /** What to say of a prompt with words that are none of these; empty if it has none. */
  public Optional<String> warning(String prompt) {
    List<String> unknown = unknown(prompt);
    if (unknown.isEmpty()) {
      return Optional.empty();
    }
    int more = unknown.size() - MOST_NAMED;
    return Optional.of(
        "the model does not know %s%s: 'words' in its zoetrope.json are those that it knows"
            .formatted(
                String.join(", ", unknown.stream().limit(MOST_NAMED).toList()),
                more > 0 ? " and %d words more".formatted(more) : ""));
  }
}
