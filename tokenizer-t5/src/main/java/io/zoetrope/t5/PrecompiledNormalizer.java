package io.zoetrope.t5;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A precompiled character map as Hugging Face tokenizers apply it, which is not how SentencePiece
 * does: a grapheme cluster of fewer than six UTF-8 bytes is replaced as a whole by what the
 * shortest key in front of it maps to, so that the rest of the cluster is lost (an e with two
 * accents keeps one); otherwise each character is looked up alone.
 */
final class PrecompiledNormalizer {
  private static final int MAX_CLUSTER_BYTES = 5;

  /** Below it no character joins with another one into a cluster, but for CR LF. */
  private static final char FIRST_COMBINING = '\u0300';

  private static final Pattern GRAPHEME_CLUSTER = Pattern.compile("\\X");

  /**
   * Unassigned characters that Unicode Standard Annex 29 doesn't count as controls, as the
   * expression above does.
   */
  private static final Pattern UNASSIGNED =
      Pattern.compile("[\\p{Cn}&&[^\\x{2065}\\x{FFF0}-\\x{FFF8}\\x{E0000}-\\x{E0FFF}]]");

  private final PrecompiledCharsMap map;

  PrecompiledNormalizer(PrecompiledCharsMap map) {
    this.map = map;
  }

  /**
   * The text with its replacements.
   *
   * @throws TokenizerException if it would have more than {@code longest} characters
   */
  String normalize(String text, int longest) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    StringBuilder result = new StringBuilder(text.length());
    Matcher cluster = GRAPHEME_CLUSTER.matcher(withLettersForUnassigned(text));
    int utf8Start = 0;
    for (int start = 0; start < text.length(); ) {
      int end = clusterEnd(text, start, cluster);
      int utf8End = utf8Start + utf8Length(text, start, end);
      if (utf8End - utf8Start > MAX_CLUSTER_BYTES
          || !appendReplacement(utf8, utf8Start, utf8End, result)) {
        appendCharacters(text, start, end, utf8, utf8Start, result);
      }
      Bounds.requireLength(result.length(), longest, map.place());
      start = end;
      utf8Start = utf8End;
    }
    return result.toString();
  }

  /**
   * Length and clusters stay the same; U+0378 is the one unassigned character that the expression
   * takes for a letter.
   */
  private static String withLettersForUnassigned(String text) {
    return UNASSIGNED
        .matcher(text)
        .replaceAll(found -> found.group().length() == 1 ? "\u0378" : "\uD800\uDF30");
  }

  private static int clusterEnd(String text, int start, Matcher cluster) {
    char c = text.charAt(start);
    if (c < FIRST_COMBINING
        && c != '\r'
        && start + 1 < text.length()
        && text.charAt(start + 1) < FIRST_COMBINING) {
      return start + 1;
    }
    cluster.region(start, text.length()).lookingAt();
    return cluster.end();
  }

  private static int utf8Length(String text, int start, int end) {
    int length = 0;
    for (int i = start; i < end; i++) {
      char c = text.charAt(i);
      // Each half of a surrogate pair stands for two of its four bytes.
      length += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
    return length;
  }

  private void appendCharacters(
      String text, int start, int end, byte[] utf8, int utf8Start, StringBuilder result) {
    int from = utf8Start;
    for (int i = start; i < end; ) {
      int next = i + Character.charCount(text.codePointAt(i));
      int to = from + utf8Length(text, i, next);
      if (!appendReplacement(utf8, from, to, result)) {
        result.append(text, i, next);
      }
      i = next;
      from = to;
    }
  }

  private boolean appendReplacement(byte[] utf8, int from, int to, StringBuilder result) {
    long match = map.shortestMatch(utf8, from, to);
    if (match == PrecompiledCharsMap.NO_MATCH) {
      return false;
    }
    result.append(map.replacement(match));
    return true;
  }
}
