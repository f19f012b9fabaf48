package io.zoetrope.t5.text;

import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Repairs what went wrong with a text on its way: mojibake, HTML references, ligatures, full-width
 * letters, curly quotes, line breaks, terminal codes and control characters; the result is in
 * normal form C. Equal to {@code ftfy.fix_text} with its defaults.
 */
public final class TextFixer {
  /** Lines longer than this, in characters, are fixed in parts. */
  private static final int MAX_SEGMENT = 1_000_000;

  private static final Pattern SINGLE_QUOTE = Pattern.compile("[\u02BC\u2018-\u201B]");
  private static final Pattern DOUBLE_QUOTE = Pattern.compile("[\u201C-\u201F]");
  private static final Pattern LINE_BREAK = Pattern.compile("\r\n|[\r\u2028\u2029\u0085]");
  private static final Pattern TERMINAL_ESCAPE = Pattern.compile("\u001B\\[[\\p{Nd};]*[a-zA-Z]");

  /**
   * Controls without white space, deprecated Arabic ones, interlinear annotations, the object mark
   * and the byte order mark.
   */
  private static final Pattern CONTROL =
      Pattern.compile(
          "[\\x00-\\x08\\x0B\\x0E-\\x1F\\x7F\\x{206A}-\\x{206F}\\x{FEFF}\\x{FFF9}-\\x{FFFC}]");

  private static final Pattern LIGATURE =
      Pattern.compile("[\u0132\u0133\u0149\u01C4-\u01CC\u01F1-\u01F3\uFB00-\uFB06]");
  private static final Map<String, String> LIGATURES = new HashMap<>();

  private static final Pattern UNUSUAL_WIDTH = Pattern.compile("[\u3000\uFF01-\uFFEF]+");

  static {
    LIGATURES.put("\u0149", "\u02BCn");
    LIGATURES.put("\uFB05", "\u017Ft");
    String singles =
        "\u0132\u0133\u01C4\u01C5\u01C6\u01C7\u01C8\u01C9\u01CA\u01CB\u01CC\u01F1\u01F2\u01F3\uFB00\uFB01\uFB02\uFB03\uFB04\uFB06";
    String[] parts =
        "IJ ij D\u017D D\u017E d\u017E LJ Lj lj NJ Nj nj DZ Dz dz ff fi fl ffi ffl st".split(" ");
    for (int i = 0; i < parts.length; i++) {
      LIGATURES.put(singles.substring(i, i + 1), parts[i]);
    }
  }

  private TextFixer() {}

  /**
   * Fixes a text line by line. A literal {@code <} means HTML: from its line on, references stay as
   * they are.
   */
  public static String fix(String text) {
    StringBuilder result = new StringBuilder(text.length());
    boolean isHtml = false;
    for (int start = 0; start < text.length(); ) {
      int end = segmentEnd(text, start);
      String segment = text.substring(start, end);
      isHtml |= segment.indexOf('<') >= 0;
      result.append(fixSegment(segment, isHtml));
      start = end;
    }
    return result.toString();
  }

  private static int segmentEnd(String text, int start) {
    int lineBreak = text.indexOf('\n', start);
    int end = lineBreak < 0 ? text.length() : lineBreak + 1;
    return text.codePointCount(start, end) > MAX_SEGMENT
        ? text.offsetByCodePoints(start, MAX_SEGMENT)
        : end;
  }

  private static String fixSegment(String segment, boolean isHtml) {
    String before;
    String fixed = segment;
    do {
      before = fixed;
      fixed = isHtml ? before : HtmlEntities.unescapeClosed(before);
      fixed = EncodingFixer.fixC1Controls(EncodingFixer.fix(fixed));
      fixed = fixCharacters(fixed);
    } while (!fixed.equals(before));
    return fixed;
  }

  private static String fixCharacters(String text) {
    String fixed = LIGATURE.matcher(text).replaceAll(found -> LIGATURES.get(found.group()));
    fixed =
        UNUSUAL_WIDTH
            .matcher(fixed)
            .replaceAll(found -> Matcher.quoteReplacement(usualWidth(found.group())));
    fixed = SINGLE_QUOTE.matcher(DOUBLE_QUOTE.matcher(fixed).replaceAll("\"")).replaceAll("'");
    fixed = LINE_BREAK.matcher(fixed).replaceAll("\n");
    fixed = UnpairedSurrogates.replace(fixed);
    fixed = CONTROL.matcher(TERMINAL_ESCAPE.matcher(fixed).replaceAll("")).replaceAll("");
    return Normalizer.normalize(fixed, Form.NFC);
  }

  /** Character by character, so that nothing is composed. */
  private static String usualWidth(String text) {
    StringBuilder result = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      result.append(Normalizer.normalize(text.substring(i, i + 1), Form.NFKC));
    }
    return result.toString();
  }
}
