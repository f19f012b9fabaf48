package io.zoetrope.t5.text;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a browser shows of HTML, for texts that may have a little of it. */
public final class HtmlText {
  /** Comments, scripts and styles with what is in them, tags, and declarations. */
  private static final Pattern MARKUP =
      Pattern.compile(
          "<!--.*?-->"
              + "|<(script|style)\\b[^>]*+>.*?(?:</\\1\\s*+>|\\z)"
              + "|</?[a-zA-Z](?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+>"
              + "|<[!?][^>]*+>",
          Pattern.DOTALL);

  /** What Python's parser loses at the end of a text. */
  private static final Pattern BEGUN_REFERENCE = Pattern.compile("&(?=[a-zA-Z#]\\z)");

  private HtmlText() {}

  /**
   * {@code html} without markup, and with what references stand for, as {@code BeautifulSoup(html,
   * "html.parser").text} has it.
   */
  public static String of(String html) {
    String text = BEGUN_REFERENCE.matcher(html).replaceFirst("");
    StringBuilder shown = new StringBuilder();
    Matcher markup = MARKUP.matcher(text);
    int end = 0;
    while (markup.find()) {
      shown.append(HtmlEntities.unescape(text.substring(end, markup.start())));
      end = markup.end();
    }
    return shown.append(HtmlEntities.unescape(text.substring(end))).toString();
  }
}
