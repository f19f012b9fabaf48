package io.zoetrope.t5;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Finds tokens that stand for themselves wherever their content occurs: leftmost first, then the
 * longest.
 */
final class AddedTokens {
  /**
   * @param id id of the token
   * @param content what to look for, not empty
   * @param singleWord whether it counts only between characters that are no part of a word
   * @param stripLeft whether white space before it belongs to it
   * @param stripRight whether white space after it belongs to it
   * @param normalized whether to look for it after normalizing, in its normalized form
   */
  record AddedToken(
      int id,
      String content,
      boolean singleWord,
      boolean stripLeft,
      boolean stripRight,
      boolean normalized) {}

  private final List<AddedToken> tokens;
  private final CharTrie trie;

  AddedTokens(List<AddedToken> tokens) {
    this.tokens = List.copyOf(tokens);
    this.trie = new CharTrie(tokens.stream().map(AddedToken::content).toList());
  }

  /** Passes on the tokens and what stands between them, in order; empty stretches are left out. */
  void split(Segment segment, IntConsumer ids, Consumer<Segment> between) {
    String text = segment.text();
    int done = 0;
    for (int i = 0; i < text.length(); ) {
      int found = trie.longestPrefix(text, i);
      if (found == CharTrie.NONE) {
        i++;
        continue;
      }
      AddedToken token = tokens.get(found);
      int end = i + token.content.length();
      if (!token.singleWord || isSingleWord(text, i, end)) {
        int start = token.stripLeft ? WhiteSpace.skipBack(text, done, i) : i;
        if (done < start) {
          between.accept(segment.slice(done, start));
        }
        ids.accept(token.id);
        done = token.stripRight ? WhiteSpace.skip(text, end) : end;
      }
      i = end;
    }
    if (done < text.length()) {
      between.accept(segment.slice(done, text.length()));
    }
  }

  private static boolean isSingleWord(String text, int start, int end) {
    return (start == 0 || !isWordCharacter(text.codePointBefore(start)))
        && (end == text.length() || !isWordCharacter(text.codePointAt(end)));
  }

  /** The class \w of Unicode Technical Standard 18, annex C. */
  private static boolean isWordCharacter(int c) {
    int type = Character.getType(c);
    return Character.isAlphabetic(c)
        || type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || type == Character.DECIMAL_DIGIT_NUMBER
        || type == Character.CONNECTOR_PUNCTUATION
        || c == 0x200C
        || c == 0x200D;
  }

  static List<AddedToken> select(List<AddedToken> tokens, boolean normalized) {
    List<AddedToken> selected = new ArrayList<>();
    for (AddedToken token : tokens) {
      if (token.normalized == normalized) {
        selected.add(token);
      }
    }
    return selected;
  }
}
