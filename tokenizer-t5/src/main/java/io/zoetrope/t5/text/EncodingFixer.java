package io.zoetrope.t5.text;

import java.util.BitSet;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Undoes the decoding of UTF-8 with a single-byte encoding ("schÃ¶n" becomes "schön"), as often as
 * it was done.
 */
final class EncodingFixer {
  private static final Pattern C1_CONTROL = Pattern.compile("[\\x{80}-\\x{9F}]");

  /**
   * UTF-8 in which A0, a space that doesn't break, became a plain space; only where that gives
   * likely characters.
   */
  private static final Pattern ALTERED_UTF8 =
      Pattern.compile(
          "[\u00C2\u00C3\u00C5\u00CE\u00D0\u00D9] "
              + "|[\u00E2\u00E3] [\u0080-\u0084\u0086-\u009F\u00A1-\u00BF]"
              + "|[\u00E0-\u00E3][\u0080-\u0084\u0086-\u009F\u00A1-\u00BF] "
              + "|\u00F0 [\u0080-\u00BF]{2}"
              + "|\u00F0[\u0080-\u00BF] [\u0080-\u00BF]"
              + "|\u00F0[\u0080-\u00BF]{2} ");

  /**
   * The French word "à" and others of Romance languages that begin with it and a space, or don't.
   */
  private static final Pattern A_GRAVE_WORD = Pattern.compile("\u00C3 (?! |quele|quela|quilo|s )");

  /**
   * UTF-8, also of surrogates, in which continuation bytes were lost: 1A or a question mark stands
   * for them.
   */
  private static final Pattern LOSSY_UTF8 =
      Pattern.compile(
          "[\u00C2-\u00DF]\u001A"
              + "|[\u00C2\u00C3]\\?"
              + "|\u00ED[\u00A0-\u00AF][\u001A?]\u00ED[\u00B0-\u00BF][\u001A?\u0080-\u00BF]"
              + "|\u00ED[\u00A0-\u00AF][\u001A?\u0080-\u00BF]\u00ED[\u00B0-\u00BF][\u001A?]"
              + "|[\u00E0-\u00EF][\u001A?][\u001A\u0080-\u00BF]"
              + "|[\u00E0-\u00EF][\u001A\u0080-\u00BF][\u001A?]"
              + "|[\u00F0-\u00F4][\u001A?][\u001A\u0080-\u00BF]{2}"
              + "|[\u00F0-\u00F4][\u001A\u0080-\u00BF][\u001A?][\u001A\u0080-\u00BF]"
              + "|[\u00F0-\u00F4][\u001A\u0080-\u00BF]{2}[\u001A?]"
              + "|\u001A");

  private static final String REPLACEMENT_BYTES = "\u00EF\u00BF\u00BD";

  private static final BitSet CONTINUATION = CharacterClasses.members("utf8_continuation");
  private static final BitSet STRICT_CONTINUATION =
      CharacterClasses.members("utf8_continuation_strict");

  /** Characters that stand for the lead byte of a sequence, by the number of continuation bytes. */
  private static final BitSet[] LEADS = {
    new BitSet(),
    CharacterClasses.members("utf8_first_of_2"),
    CharacterClasses.members("utf8_first_of_3"),
    CharacterClasses.members("utf8_first_of_4")
  };

  private EncodingFixer() {}

  static String fix(String text) {
    String before;
    String fixed = text;
    do {
      before = fixed;
      fixed = fixOnce(before);
    } while (!fixed.equals(before));
    return fixed;
  }

  /** Reads C1 controls as windows-1252, as browsers do. */
  static String fixC1Controls(String text) {
    return C1_CONTROL
        .matcher(text)
        .replaceAll(found -> SingleByteEncoding.SLOPPY_WINDOWS_1252.decode(found.group()));
  }

  private static String fixOnce(String text) {
    if (text.chars().allMatch(c -> c < 0x80) || !MojibakeDetector.isBad(text)) {
      return text;
    }
    for (SingleByteEncoding encoding : SingleByteEncoding.CANDIDATES) {
      if (encoding.canEncode(text)) {
        Optional<String> decoded =
            LenientUtf8.decode(restoreBytes(encoding.encode(text), encoding));
        if (decoded.isPresent()) {
          return decoded.get();
        }
      }
    }
    String fixed = fixInParts(text);
    if (!fixed.equals(text)) {
      return fixed;
    }
    // Latin-1 that was meant as windows-1252 differs in the C1 controls.
    if (SingleByteEncoding.LATIN_1.canEncode(text)) {
      fixed = SingleByteEncoding.WINDOWS_1252.decode(text);
      if (fixed.indexOf('\uFFFD') < 0 && !fixed.equals(text)) {
        return fixed;
      }
    }
    return fixC1Controls(text);
  }

  private static String restoreBytes(String bytes, SingleByteEncoding encoding) {
    String restored = bytes;
    // In MacRoman the lead byte would be a dash, which often stands before a space.
    if (encoding != SingleByteEncoding.MAC_ROMAN && ALTERED_UTF8.matcher(restored).find()) {
      restored = A_GRAVE_WORD.matcher(restored).replaceAll("\u00C3\u00A0 ");
      restored =
          ALTERED_UTF8.matcher(restored).replaceAll(found -> found.group().replace(' ', '\u00A0'));
    }
    return encoding.isSloppy()
        ? LOSSY_UTF8.matcher(restored).replaceAll(REPLACEMENT_BYTES)
        : restored;
  }

  /**
   * Fixes each run that looks like UTF-8 by itself, where the whole text has no single explanation.
   */
  private static String fixInParts(String text) {
    StringBuilder result = new StringBuilder(text.length());
    int done = 0;
    for (int start = 0; start < text.length(); ) {
      int end =
          start > 0 && STRICT_CONTINUATION.get(text.charAt(start - 1))
              ? start
              : runEnd(text, start);
      if (end == start) {
        start++;
        continue;
      }
      String run = text.substring(start, end);
      boolean isPart = run.length() < text.length();
      result
          .append(text, done, start)
          .append(isPart && MojibakeDetector.isBad(run) ? fix(run) : run);
      done = end;
      start = end;
    }
    return result.append(text, done, text.length()).toString();
  }

  /** End of the sequences that follow each other from {@code start} on. */
  private static int runEnd(String text, int start) {
    int end = start;
    for (int next = sequenceEnd(text, end); next > end; next = sequenceEnd(text, end)) {
      end = next;
    }
    return end;
  }

  private static int sequenceEnd(String text, int start) {
    if (start == text.length()) {
      return start;
    }
    for (int continuations = 1; continuations < LEADS.length; continuations++) {
      if (LEADS[continuations].get(text.charAt(start))) {
        int end = start + 1;
        while (end <= start + continuations
            && end < text.length()
            && CONTINUATION.get(text.charAt(end))) {
          end++;
        }
        return end == start + continuations + 1 ? end : start;
      }
    }
    return start;
  }
}
