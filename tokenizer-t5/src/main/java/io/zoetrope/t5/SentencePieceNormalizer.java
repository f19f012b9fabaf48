package io.zoetrope.t5;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What SentencePiece does to a text before it looks for pieces: replaces the longest matches of its
 * character map, drops surplus spaces, adds a space in front, and writes spaces as U+2581.
 */
final class SentencePieceNormalizer {
  private static final char SPACE_SYMBOL = '\u2581';

  /** Field values of NormalizerSpec, with the defaults of the format. */
  static final class Spec {
    PrecompiledCharsMap map;
    boolean addDummyPrefix = true;
    boolean removeExtraWhiteSpaces = true;
    private boolean escapeWhiteSpaces = true;
    boolean treatWhiteSpaceAsSuffix;
    private final String place;

    /**
     * @param place names the file in messages
     */
    Spec(String place) {
      this.place = place;
    }

    void read(ProtobufReader message) {
      while (message.next()) {
        switch (message.field()) {
          case 2 -> {
            byte[] blob = message.readBytes();
            map = blob.length == 0 ? null : new PrecompiledCharsMap(blob, place);
          }
          case 3 -> addDummyPrefix = message.readBool();
          case 4 -> removeExtraWhiteSpaces = message.readBool();
          case 5 -> escapeWhiteSpaces = message.readBool();
          default -> message.skip();
        }
      }
    }
  }

  private final Spec spec;
  private final List<String> userDefined;
  private final CharTrie userDefinedTrie;
  private final char space;

  /**
   * @param userDefined pieces that the character map leaves alone
   */
  SentencePieceNormalizer(Spec spec, List<String> userDefined) {
    this.spec = spec;
    this.userDefined = userDefined;
    this.userDefinedTrie = new CharTrie(userDefined);
    this.space = spec.escapeWhiteSpaces ? SPACE_SYMBOL : ' ';
  }

  String normalize(String text) {
    Input input = new Input(text);
    boolean more = input.next();
    if (spec.removeExtraWhiteSpaces) {
      while (more && input.isSpace()) {
        more = input.next();
      }
    }
    if (!more) {
      return "";
    }
    int longest = Bounds.normalizedLength(text);
    StringBuilder result = new StringBuilder(text.length() + 1);
    if (spec.addDummyPrefix && !spec.treatWhiteSpaceAsSuffix) {
      result.append(space);
    }
    boolean afterSpace = spec.removeExtraWhiteSpaces;
    for (; more; more = input.next()) {
      int from = input.from;
      while (afterSpace && from < input.to && input.source.charAt(from) == ' ') {
        from++;
      }
      for (int i = from; i < input.to; i++) {
        char c = input.source.charAt(i);
        result.append(c == ' ' ? space : c);
      }
      if (from < input.to) {
        afterSpace = spec.removeExtraWhiteSpaces && input.source.charAt(input.to - 1) == ' ';
        Bounds.requireLength(result.length(), longest, spec.place);
      }
    }
    if (spec.removeExtraWhiteSpaces) {
      while (!result.isEmpty() && result.charAt(result.length() - 1) == space) {
        result.setLength(result.length() - 1);
      }
    }
    if (spec.addDummyPrefix && spec.treatWhiteSpaceAsSuffix) {
      result.append(space);
    }
    return result.toString();
  }

  /** Steps through a text, in characters and in UTF-8 bytes at once. */
  private final class Input {
    private final String text;
    private final byte[] utf8;
    private int position;
    private int utf8Position;

    /** What the characters of the last step become: {@code source[from, to)}. */
    private String source;

    private int from;
    private int to;

    Input(String text) {
      this.text = text;
      this.utf8 = text.getBytes(StandardCharsets.UTF_8);
    }

    boolean isSpace() {
      return to - from == 1 && source.charAt(from) == ' ';
    }

    boolean next() {
      if (position == text.length()) {
        return false;
      }
      int start = position;
      int symbol = userDefinedTrie.longestPrefix(text, start);
      if (symbol != CharTrie.NONE) {
        int end = start + userDefined.get(symbol).length();
        while (position < end) {
          step();
        }
        become(text, start, end);
        return true;
      }
      long match =
          spec.map == null
              ? PrecompiledCharsMap.NO_MATCH
              : spec.map.longestMatch(utf8, utf8Position, utf8.length);
      if (match == PrecompiledCharsMap.NO_MATCH) {
        step();
        become(text, start, position);
      } else {
        int utf8End = utf8Position + PrecompiledCharsMap.matchedBytes(match);
        while (utf8Position < utf8End) {
          step();
        }
        String replacement = spec.map.replacement(match);
        become(replacement, 0, replacement.length());
      }
      return true;
    }

    private void step() {
      int c = text.codePointAt(position);
      position += Character.charCount(c);
      utf8Position += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    }

    private void become(String newSource, int newFrom, int newTo) {
      source = newSource;
      from = newFrom;
      to = newTo;
    }
  }
}
