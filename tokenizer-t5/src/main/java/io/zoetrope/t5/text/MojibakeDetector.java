package io.zoetrope.t5.text;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Tells text that was decoded with a wrong encoding from text that was meant so, by neighbours that
 * hardly ever stand together on purpose: an accented letter before a currency sign, a fraction
 * after a capital with an accent. The sequences are those of ftfy's badness heuristic. All of them
 * are tried at once, with one bit for each.
 */
final class MojibakeDetector {
  private static final String ACCENTED = "{lower_accented}{upper_accented}";
  private static final String SYMBOLS =
      "{start_punctuation}{end_punctuation}{currency}{numeric}{law}";

  /** What the letters of Cyrillic and Greek mojibake enclose. */
  private static final String ENCLOSED =
      "{c1}{bad}{start_punctuation}{end_punctuation}{currency}\u00B0";

  private static final String LATIN_LEAD = "\u00C2\u00C3\u00CE\u00D0";
  private static final String LATIN_NEXT =
      "\u20AC\u0153\u0160\u0161\u00A2\u00A3\u0178\u017E\u00A0\u00AD\u00AE\u00A9\u00B0\u00B7\u00BB\u2013\u2014\u00B4";
  private static final String ARABIC_LEAD = "\u00D8\u00D9";
  private static final String ARABIC_NEXT =
      "{common}{currency}{bad}{numeric}{start_punctuation}\u0178\u0160\u00AE\u00B0\u00B5\u00BB";
  private static final String CYRILLIC = "\u0412\u0413\u0420\u0421";
  private static final String GREEK = "\u0392\u0393\u039E\u039F";

  /**
   * Each sequence is an array of what may stand at its places, written as the inside of a character
   * class.
   */
  private static final String[][] SEQUENCES = {
    // Only at the start of a text.
    {"\u00C3\u00C2", " "},
    // By the role of the characters.
    {"{c1}"},
    {"{bad}{box}" + ACCENTED + SYMBOLS, "{bad}"},
    {"a-zA-Z", "{lower_common}{upper_common}", "{bad}"},
    {"{bad}", "{box}" + ACCENTED + SYMBOLS},
    {"{lower_accented}{lower_common}{box}{end_punctuation}{currency}{numeric}", "{upper_accented}"},
    {"{box}{end_punctuation}{currency}{numeric}", "{lower_accented}"},
    {"{lower_accented}{box}{end_punctuation}", "{currency}"},
    {Blanks.CLASS, "{upper_accented}", "{currency}"},
    {"{upper_accented}{box}", "{numeric}{law}"},
    {"{box}{currency}{end_punctuation}" + ACCENTED, "{start_punctuation}", "{numeric}"},
    {"{currency}{numeric}{box}{law}" + ACCENTED, "{end_punctuation}", "{start_punctuation}"},
    {"{currency}{numeric}{box}", "{start_punctuation}"},
    {"a-z", "{upper_accented}", "{start_punctuation}{currency}"},
    {"{box}", "{kaomoji}"},
    {ACCENTED + SYMBOLS, "{box}"},
    {"{box}", "{end_punctuation}"},
    {ACCENTED, "{start_punctuation}{end_punctuation}", "\\p{L}\\p{N}_"},
    {"{upper_accented}", "\u00B0"},
    // UTF-8 read as windows-1252.
    {"\u0152\u0153", "^A-Za-z"},
    {LATIN_LEAD, "{start_punctuation}{end_punctuation}" + LATIN_NEXT},
    {"\u00D7", "\u00B2\u00B3"},
    {ARABIC_LEAD, ARABIC_NEXT, ARABIC_LEAD, ARABIC_NEXT},
    {"\u00E0", "\u00B2\u00B5\u00B9\u00BC\u00BD\u00BE"},
    {"\u00C3", "\u00A0\u00A1"},
    {"a-z", "\u00C3\u00C2", " "},
    {"a-z", Blanks.CLASS, "\u00C3\u00C2", " "},
    {"a-z.,?!{end_punctuation}", "\u00C2", " {start_punctuation}{end_punctuation}"},
    // As MacRoman.
    {"\u221A", "\u00B1\u2202\u2020\u2260\u00AE\u2122\u00B4\u2264\u2265\u00A5\u00B5\u00F8"},
    {"\u2248", "\u00B0\u00A2"},
    {
      "\u201A", "\u00C4", "\u00EC\u00EE\u00EF\u00F2\u00F4\u00FA\u00F9\u00FB\u2020\u00B0\u00A2\u03C0"
    },
    {"\u201A", "\u00E2\u00F3", "\u00E0\u00E4\u00B0\u00EA"},
    // As windows-1251.
    {"\u0432", "\u0402"},
    {CYRILLIC, ENCLOSED + "\u00B5", CYRILLIC},
    {"\u0413", "\u045E", "\u0412", "\u0402", "\u0412", "^\\n", "A-Za-z "},
    // As windows-1253.
    {"\u03B2", "\u20AC", "\u2122\u00A0\u0386\u00AD\u00AE\u00B0"},
    {GREEK, ENCLOSED, GREEK},
    // As windows-1257.
    {"\u0101", "\u20AC"},
  };

  /** All sequences but the first. */
  private static final long ANYWHERE = ~1L;

  private static final int MAX_LENGTH = 7;

  /** Rows of characters that no sequence names: letters and digits, and others. */
  private static final int WORD_ROW = 0;

  private static final int OTHER_ROW = 1;
  private static final String WORD_EXAMPLE = "\u4E2D";
  private static final String OTHER_EXAMPLE = "\u2600";

  /** Bit r of element k: sequence r has k places. */
  private static final long[] OF_LENGTH = new long[MAX_LENGTH + 1];

  /** Row of each named character in {@link #ACCEPTED}; 0 for the others. */
  private static final short[] ROW = new short[1 << Character.SIZE];

  /** Bit r of element [row][k]: sequence r accepts the characters of the row at its place k. */
  private static final long[][] ACCEPTED;

  static {
    Pattern[][] places = new Pattern[SEQUENCES.length][];
    BitSet named = CharacterClasses.union();
    named.set(0, 0x80);
    for (int r = 0; r < SEQUENCES.length; r++) {
      OF_LENGTH[SEQUENCES[r].length] |= 1L << r;
      places[r] = new Pattern[SEQUENCES[r].length];
      for (int k = 0; k < places[r].length; k++) {
        SEQUENCES[r][k].chars().forEach(named::set);
        places[r][k] = Pattern.compile(CharacterClasses.expand("[" + SEQUENCES[r][k] + "]"));
      }
    }
    named.or(Blanks.members());
    List<long[]> rows = new ArrayList<>();
    rows.add(accepted(places, WORD_EXAMPLE));
    rows.add(accepted(places, OTHER_EXAMPLE));
    named.stream()
        .forEach(c -> {
          ROW[c] = (short) rows.size();
          rows.add(accepted(places, String.valueOf((char) c)));
        });
    ACCEPTED = rows.toArray(long[][]::new);
  }

  private static long[] accepted(Pattern[][] places, String character) {
    long[] accepted = new long[MAX_LENGTH];
    for (int r = 0; r < places.length; r++) {
      for (int k = 0; k < places[r].length; k++) {
        if (places[r][k].matcher(character).matches()) {
          accepted[k] |= 1L << r;
        }
      }
    }
    return accepted;
  }

  private MojibakeDetector() {}

  static boolean isBad(String text) {
    for (int start = 0; start < text.length(); start++) {
      long sequences = start == 0 ? ~0L : ANYWHERE;
      int position = start;
      for (int k = 0; sequences != 0 && position < text.length(); k++) {
        int c = text.codePointAt(position);
        sequences &= ACCEPTED[row(c)][k];
        if ((sequences & OF_LENGTH[k + 1]) != 0) {
          return true;
        }
        position += Character.charCount(c);
      }
    }
    return false;
  }

  private static int row(int c) {
    int row = c < ROW.length ? ROW[c] : 0;
    if (row != 0) {
      return row;
    }
    return Character.isLetterOrDigit(c) || isOtherNumber(c) ? WORD_ROW : OTHER_ROW;
  }

  private static boolean isOtherNumber(int c) {
    int type = Character.getType(c);
    return type == Character.LETTER_NUMBER || type == Character.OTHER_NUMBER;
  }
}
