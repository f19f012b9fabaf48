package io.zoetrope.t5.text;

import java.util.BitSet;
import java.util.regex.Pattern;

/** White space as Python has it: what Unicode calls so and the separators 1C to 1F. */
public final class Blanks {
  /** Inside of a character class. */
  static final String CLASS =
      "\\t-\\r\\x1C-\\x20\\x{85}\\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}";

  private static final Pattern RUN = Pattern.compile("[" + CLASS + "]+");

  private static final Pattern ENDS = Pattern.compile("^[" + CLASS + "]+|[" + CLASS + "]+$");

  private Blanks() {}

  static BitSet members() {
    BitSet members = new BitSet();
    for (char c = 0; c <= '\u3000'; c++) {
      if (RUN.matcher(String.valueOf(c)).matches()) {
        members.set(c);
      }
    }
    return members;
  }

  /** {@code text} with one space for each run of white space, and none at its ends. */
  public static String collapse(String text) {
    String spaced = RUN.matcher(text).replaceAll(" ");
    int from = spaced.startsWith(" ") ? 1 : 0;
    int to = Math.max(from, spaced.endsWith(" ") ? spaced.length() - 1 : spaced.length());
    return spaced.substring(from, to);
  }

  /** {@code text} without white space at its ends. */
  public static String strip(String text) {
    return ENDS.matcher(text).replaceAll("");
  }
}
