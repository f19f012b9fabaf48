package io.zoetrope.t5;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What SentencePiece does to a text before it looks for pieces: replaces the longest matches of its character map, drops
 * surplus spaces, adds a space in front, and writes spaces as U+2581.
 */
final class SentencePieceNormalizer {
  private static final String SPACE_SYMBOL = "\u2581";

  /** Field values of NormalizerSpec, with the defaults of the format. */
  static final class Spec {
    private PrecompiledCharsMap map;
    private boolean addDummyPrefix = true;
    private boolean removeExtraWhiteSpaces = true;
    private boolean escapeWhiteSpaces = true;
    boolean treatWhiteSpaceAsSuffix;

    void read(ProtobufReader message, String place) {
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
  private final String space;

  /**
   * @param userDefined pieces that the character map leaves alone
   */
  SentencePieceNormalizer(Spec spec, List<String> userDefined) {
    this.spec = spec;
    this.userDefined = userDefined;
    this.userDefinedTrie = new CharTrie(userDefined);
    this.space = spec.escapeWhiteSpaces ? SPACE_SYMBOL : " ";
  }

  String normalize(String text) {
    Input input = new Input(text);
    String next = input.replacement();
    if (spec.removeExtraWhiteSpaces) {
      while (next != null && next.equals(" ")) {
        next = input.replacement();
      }
    }
    StringBuilder result = new StringBuilder(text.length() + 1);
    if (next == null) {
      return "";
    }
    if (spec.addDummyPrefix && !spec.treatWhiteSpaceAsSuffix) {
      result.append(space);
    }
    boolean afterSpace = spec.removeExtraWhiteSpaces;
    for (; next != null; next = input.replacement()) {
      int from = 0;
      while (afterSpace && from < next.length() && next.charAt(from) == ' ') {
        from++;
      }
      if (from < next.length()) {
        for (int i = from; i < next.length(); i++) {
          char c = next.charAt(i);
          if (c == ' ') {
            result.append(space);
          } else {
            result.append(c);
          }
        }
        afterSpace = spec.removeExtraWhiteSpaces && next.endsWith(" ");
      }
    }
    if (spec.removeExtraWhiteSpaces) {
      while (!result.isEmpty() && result.charAt(result.length() - 1) == space.charAt(0)) {
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

    Input(String text) {
      this.text = text;
      this.utf8 = text.getBytes(StandardCharsets.UTF_8);
    }

    /** What the next characters become, or null at the end. */
    String replacement() {
      if (position == text.length()) {
        return null;
      }
      int symbol = userDefinedTrie.longestPrefix(text, position);
      if (symbol != CharTrie.NONE) {
        String verbatim = userDefined.get(symbol);
        advance(verbatim.getBytes(StandardCharsets.UTF_8).length);
        return verbatim;
      }
      long match =
          spec.map == null ? PrecompiledCharsMap.NO_MATCH : spec.map.longestMatch(utf8, utf8Position, utf8.length);
      if (match != PrecompiledCharsMap.NO_MATCH) {
        advance(PrecompiledCharsMap.matchedBytes(match));
        return spec.map.replacement(match);
      }
      int from = position;
      int c = text.codePointAt(from);
      position += Character.charCount(c);
      utf8Position += utf8Length(c);
      // Interned one-character strings: ASCII costs no garbage.
      return c < SINGLE.length ? SINGLE[c] : text.substring(from, position);
    }

    private void advance(int bytes) {
      int end = utf8Position + bytes;
      while (utf8Position < end) {
        int c = text.codePointAt(position);
        position += Character.charCount(c);
        utf8Position += utf8Length(c);
      }
    }
  }

  private static int utf8Length(int c) {
    return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  }

  private static final String[] SINGLE = new String[0x80];

  static {
    for (int c = 0; c < SINGLE.length; c++) {
      SINGLE[c] = String.valueOf((char) c);
    }
  }
}
