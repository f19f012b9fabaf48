package io.zoetrope.t5.text;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Character references of HTML 5, such as {@code &amp;}, {@code &#233;} and {@code &#xE9;}. */
public final class HtmlEntities {
  private static final Pattern REFERENCE =
      Pattern.compile("&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\\t\\n\\f <&#;]{1,32};?)");
  private static final Pattern CLOSED_REFERENCE = Pattern.compile("&#?[0-9A-Za-z]{1,24};");

  private static final Map<String, String> NAMED = new HashMap<>();

  /** Names that are also understood in capitals, although HTML doesn't. */
  private static final Map<String, String> CAPITALISED = new HashMap<>();

  static {
    Tables.load("html5-entities.properties")
        .forEach((name, text) -> NAMED.put((String) name, (String) text));
    NAMED.forEach((name, text) -> {
      String capitals = name.toUpperCase(Locale.ROOT);
      boolean isLowerCase = name.equals(name.toLowerCase(Locale.ROOT));
      if (name.endsWith(";") && isLowerCase && unescape("&" + capitals).equals("&" + capitals)) {
        CAPITALISED.put(capitals, text.toUpperCase(Locale.ROOT));
      }
    });
  }

  private HtmlEntities() {}

  /**
   * Replaces all references by the rules of HTML 5 for valid and invalid ones, as Python's {@code
   * html.unescape} does: some names need no semicolon, the longest known name counts, and numbers
   * of C1 controls mean windows-1252.
   */
  public static String unescape(String text) {
    return REFERENCE
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(unescapeOne(found.group(1))));
  }

  /**
   * Replaces only references that end in a semicolon, so that {@code "this&not that"} stays; also
   * names of letters in capitals, such as {@code &EACUTE;}.
   */
  static String unescapeClosed(String text) {
    return CLOSED_REFERENCE
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(unescapeClosedOne(found)));
  }

  private static String unescapeClosedOne(MatchResult found) {
    String reference = found.group();
    if (reference.charAt(1) == '#') {
      String text = unescape(reference);
      return text.indexOf(';') < 0 ? text : reference;
    }
    String name = reference.substring(1);
    return NAMED.getOrDefault(name, CAPITALISED.getOrDefault(name, reference));
  }

  private static String unescapeOne(String reference) {
    if (reference.charAt(0) == '#') {
      return numeric(reference);
    }
    String whole = NAMED.get(reference);
    if (whole != null) {
      return whole;
    }
    for (int length = reference.length() - 1; length > 1; length--) {
      String text = NAMED.get(reference.substring(0, length));
      if (text != null) {
        return text + reference.substring(length);
      }
    }
    return "&" + reference;
  }

  private static String numeric(String reference) {
    int end = reference.length() - (reference.endsWith(";") ? 1 : 0);
    boolean hexadecimal = Character.toLowerCase(reference.charAt(1)) == 'x';
    int radix = hexadecimal ? 16 : 10;
    int c = 0;
    for (int i = hexadecimal ? 2 : 1; i < end; i++) {
      // Stops growing at the first number beyond Unicode.
      c =
          Math.min(
              c * radix + Character.digit(reference.charAt(i), radix),
              Character.MAX_CODE_POINT + 1);
    }
    if (c == 0
        || c > Character.MAX_CODE_POINT
        || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
      return "\uFFFD";
    }
    if (c >= 0x80 && c <= 0x9F) {
      return SingleByteEncoding.SLOPPY_WINDOWS_1252.decode(String.valueOf((char) c));
    }
    return isInvalid(c) ? "" : Character.toString(c);
  }

  /** Controls that aren't white space, and noncharacters. */
  private static boolean isInvalid(int c) {
    boolean control = c < 0x20 && c != '\t' && c != '\n' && c != '\f' && c != '\r' || c == 0x7F;
    boolean noncharacter = c >= 0xFDD0 && c <= 0xFDEF || (c & 0xFFFE) == 0xFFFE;
    return control || noncharacter;
  }
}
