package io.zoetrope.t5.text;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Tells text that was decoded with a wrong encoding from text that was meant so, by neighbours that hardly ever stand
 * together on purpose: an accented letter before a currency sign, a fraction after a capital with an accent. The
 * sequences are those of ftfy's badness heuristic.
 */
final class MojibakeDetector {
  /** A word character as Python's regular expressions understand it. */
  private static final String WORD = "[\\p{L}\\p{N}_]";

  private static final String ACCENTED = "{lower_accented}{upper_accented}";
  private static final String SYMBOLS = "{start_punctuation}{end_punctuation}{currency}{numeric}{law}";

  /** What the letters of Cyrillic and Greek mojibake enclose. */
  private static final String ENCLOSED = "{c1}{bad}{start_punctuation}{end_punctuation}{currency}\u00B0";

  /** Lead byte of Arabic in windows-1252, and what may follow it. */
  private static final String ARABIC =
      "[\u00D8\u00D9][{common}{currency}{bad}{numeric}{start_punctuation}\u0178\u0160\u00AE\u00B0\u00B5\u00BB]";

  private static final List<String> BY_ROLE =
      List.of(
          "[{c1}]",
          "[{bad}" + ACCENTED + "{box}" + SYMBOLS + "][{bad}]",
          "[a-zA-Z][{lower_common}{upper_common}][{bad}]",
          "[{bad}][" + ACCENTED + "{box}" + SYMBOLS + "]",
          "[{lower_accented}{lower_common}{box}{end_punctuation}{currency}{numeric}][{upper_accented}]",
          "[{box}{end_punctuation}{currency}{numeric}][{lower_accented}]",
          "[{lower_accented}{box}{end_punctuation}][{currency}]",
          "[" + Blanks.CLASS + "][{upper_accented}][{currency}]",
          "[{upper_accented}{box}][{numeric}{law}]",
          "[" + ACCENTED + "{box}{currency}{end_punctuation}][{start_punctuation}][{numeric}]",
          "[" + ACCENTED + "{currency}{numeric}{box}{law}][{end_punctuation}][{start_punctuation}]",
          "[{currency}{numeric}{box}][{start_punctuation}]",
          "[a-z][{upper_accented}][{start_punctuation}{currency}]",
          "[{box}][{kaomoji}]",
          "[" + ACCENTED + SYMBOLS + "][{box}]",
          "[{box}][{end_punctuation}]",
          "[" + ACCENTED + "][{start_punctuation}{end_punctuation}]" + WORD,
          "[{upper_accented}]\u00B0");

  private static final List<String> BY_ENCODING =
      List.of(
          // windows-1252
          "[\u0152\u0153][^A-Za-z]",
          "[\u00C2\u00C3\u00CE\u00D0][\u20AC\u0153\u0160\u0161\u00A2\u00A3\u0178\u017E\u00A0\u00AD\u00AE\u00A9\u00B0\u00B7\u00BB"
              + "{start_punctuation}{end_punctuation}\u2013\u2014\u00B4]",
          "\u00D7[\u00B2\u00B3]",
          ARABIC + ARABIC,
          "\u00E0[\u00B2\u00B5\u00B9\u00BC\u00BD\u00BE]",
          "\u00C3[\u00A0\u00A1]",
          "[a-z][" + Blanks.CLASS + "]?[\u00C3\u00C2] ",
          "^[\u00C3\u00C2] ",
          "[a-z.,?!{end_punctuation}]\u00C2[ {start_punctuation}{end_punctuation}]",
          // MacRoman
          "\u221A[\u00B1\u2202\u2020\u2260\u00AE\u2122\u00B4\u2264\u2265\u00A5\u00B5\u00F8]",
          "\u2248[\u00B0\u00A2]",
          "\u201A\u00C4[\u00EC\u00EE\u00EF\u00F2\u00F4\u00FA\u00F9\u00FB\u2020\u00B0\u00A2\u03C0]",
          "\u201A[\u00E2\u00F3][\u00E0\u00E4\u00B0\u00EA]",
          // windows-1251
          "\u0432\u0402",
          "[\u0412\u0413\u0420\u0421][" + ENCLOSED + "\u00B5][\u0412\u0413\u0420\u0421]",
          "\u0413\u045E\u0412\u0402\u0412[^\\n][A-Za-z ]",
          // windows-1253
          "\u03B2\u20AC[\u2122\u00A0\u0386\u00AD\u00AE\u00B0]",
          "[\u0392\u0393\u039E\u039F][" + ENCLOSED + "][\u0392\u0393\u039E\u039F]",
          // windows-1257
          "\u0101\u20AC");

  private static final Pattern BAD =
      Pattern.compile(CharacterClasses.expand(String.join("|", BY_ROLE) + "|" + String.join("|", BY_ENCODING)));

  private MojibakeDetector() {}

  static boolean isBad(String text) {
    return BAD.matcher(text).find();
  }
}
