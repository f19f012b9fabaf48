package io.zoetrope.t5;

/** Characters with the Unicode property White_Space. */
final class WhiteSpace {
  private WhiteSpace() {}

  /** All of them are in the basic plane, so a char is enough. */
  static boolean isWhiteSpace(char c) {
    return c == ' '
        || c >= '\t' && c <= '\r'
        || c == '\u0085'
        || c == '\u00A0'
        || c == '\u1680'
        || c >= '\u2000' && c <= '\u200A'
        || c == '\u2028'
        || c == '\u2029'
        || c == '\u202F'
        || c == '\u205F'
        || c == '\u3000';
  }

  /** First position at or after {@code from} without white space. */
  static int skip(String text, int from) {
    int i = from;
    while (i < text.length() && isWhiteSpace(text.charAt(i))) {
      i++;
    }
    return i;
  }

  /** Start of the white space that ends at {@code to}, not before {@code from}. */
  static int skipBack(String text, int from, int to) {
    int i = to;
    while (i > from && isWhiteSpace(text.charAt(i - 1))) {
      i--;
    }
    return i;
  }
}
