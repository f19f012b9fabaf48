package io.zoetrope.files;

/**
 * Text of unknown origin in a form that can be shown: whatever could steer a terminal, break a line
 * or hide is written as an escape, and the end of what is too long is left out.
 */
public final class Printable {
  /** Characters of a name or value within a message. */
  private static final int LONGEST_NAME = 120;

  /** Characters of a whole message. */
  private static final int LONGEST_LINE = 4000;

  private static final String LEFT_OUT = "...";

  private Printable() {}

  /** A name or value in quotation marks, within a line: at most 120 characters of it. */
  public static String quote(String text) {
    return quote(text, LONGEST_NAME);
  }

  /** Quotes as {@link #quote(String)} does, at most {@code longest} characters of the text. */
  public static String quote(String text, int longest) {
    return "'" + escape(shorten(text, longest)) + "'";
  }

  /** A value that has marks of its own or needs none: as {@link #quote(String)} without them. */
  public static String value(String text) {
    return escape(shorten(text, LONGEST_NAME));
  }

  /** A message on one line, of at most 4,000 characters before escapes; its lines are joined. */
  public static String line(String text) {
    String shortened = shorten(text, LONGEST_LINE);
    return escape(String.join(" ", shortened.lines().map(String::strip).toList()));
  }

  /**
   * The text with control characters (ASCII's and C1), invisible format characters, line and
   * paragraph separators and lone surrogates as {@code \}{@code uXXXX}. Within a JSON string the
   * value stays the same.
   */
  public static String escape(String text) {
    if (text.codePoints().allMatch(Printable::isVisible)) {
      return text;
    }
    var escaped = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(point -> {
          if (isVisible(point)) {
            escaped.appendCodePoint(point);
          } else {
            for (char unit : Character.toChars(point)) {
              escaped.append("\\u%04x".formatted((int) unit));
            }
          }
        });
    return escaped.toString();
  }

  private static boolean isVisible(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      default -> true;
    };
  }

  private static String shorten(String text, int longest) {
    if (text.length() <= longest) {
      return text;
    }
    boolean inPair = Character.isSurrogatePair(text.charAt(longest - 1), text.charAt(longest));
    return text.substring(0, inPair ? longest - 1 : longest) + LEFT_OUT;
  }
}
