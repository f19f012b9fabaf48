package io.zoetrope.pipeline.run;

import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.WordSwap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.regex.MatchResult;

/**
 * A prompt with other words in the places of some, and which tokens of both stand for each other.
 *
 * @param text with the other words
 * @param tokens pairs of a token of the prompt and one of the text: the second token of a word goes
 *     with the second one of the other word, or with its last one, if that has fewer
 */
record SwappedPrompt(String text, List<Pair> tokens) {
  /**
   * Two tokens, by their numbers.
   *
   * @param token of the prompt
   * @param other of the changed prompt
   */
  record Pair(int token, int other) {}

  /** A word and where it stands. */
  private record Place(MatchResult match, WordSwap swap) {}

  /**
   * Puts the words in.
   *
   * @param counting counts the tokens of a text, with the closing one
   * @param length how many tokens of a prompt are read
   * @throws PipelineException if a word is not in the prompt, or not in the part that is read
   */
  static SwappedPrompt of(
      String prompt, List<WordSwap> swaps, ToIntFunction<String> counting, int length) {
    List<Place> places = new ArrayList<>();
    for (WordSwap swap : swaps) {
      List<MatchResult> found = swap.in(prompt);
      if (found.isEmpty()) {
        throw new PipelineException(
            "swapped words '%s': '%s' is not in the prompt \"%s\""
                .formatted(swap, swap.word(), prompt));
      }
      found.forEach(match -> places.add(new Place(match, swap)));
    }
    places.sort(Comparator.comparingInt(place -> place.match().start()));
    StringBuilder text = new StringBuilder();
    List<Pair> tokens = new ArrayList<>();
    int end = 0;
    for (Place place : places) {
      int start = place.match().start();
      if (start < end) {
        throw new PipelineException(
            "swapped words '%s': another swapped word is a part of '%s'"
                .formatted(place.swap(), place.swap().word()));
      }
      text.append(prompt, end, start);
      int first = tokens(prompt.substring(0, start), counting);
      int otherFirst = tokens(text.toString(), counting);
      end = place.match().end();
      text.append(place.swap().other());
      int last = tokens(prompt.substring(0, end), counting) - 1;
      int otherLast = tokens(text.toString(), counting) - 1;
      if (Math.max(last, otherLast) >= length - 1) {
        throw new PipelineException(
            "swapped words '%s': the word stands behind the first %d tokens, which are all that is read"
                .formatted(place.swap(), length));
      }
      for (int i = first; i <= last; i++) {
        tokens.add(new Pair(i, Math.min(otherFirst + i - first, otherLast)));
      }
    }
    return new SwappedPrompt(text.append(prompt, end, prompt.length()).toString(), tokens);
  }

  /** How many tokens stand for the beginning of a prompt, up to a word or behind it. */
  private static int tokens(String beginning, ToIntFunction<String> counting) {
    return beginning.isBlank() ? 0 : counting.applyAsInt(beginning.stripTrailing()) - 1;
  }
}
