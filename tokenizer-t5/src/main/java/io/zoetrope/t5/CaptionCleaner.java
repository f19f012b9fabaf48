package io.zoetrope.t5;

import io.zoetrope.t5.text.Blanks;
import io.zoetrope.t5.text.HtmlEntities;
import io.zoetrope.t5.text.HtmlText;
import io.zoetrope.t5.text.TextFixer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What diffusers' pipelines of models that were trained with captions from the web do to a prompt
 * ({@code _clean_caption} in pipeline_latte.py and others): it becomes lower case, and loses what
 * such captions have beside words, as addresses, file names, article numbers and advertising.
 */
public final class CaptionCleaner {
  private record Rule(Pattern pattern, String replacement) {
    static Rule of(String pattern, String replacement) {
      return new Rule(Pattern.compile(pattern, Pattern.UNICODE_CHARACTER_CLASS), replacement);
    }

    String apply(String text) {
      return pattern.matcher(text).replaceAll(replacement);
    }
  }

  private static final String ADDRESS =
      "\\b((?:%s:(?:\\/{1,3}|[a-zA-Z0-9%%])|[a-zA-Z0-9.\\-]+[.]"
          + "(?:com|co|ru|net|org|edu|gov|it)[\\w/-]*\\b\\/?(?!@)))";

  private static final List<Rule> ADDRESSES =
      List.of(
          Rule.of("<person>", "person"),
          Rule.of(ADDRESS.formatted("https?"), ""),
          Rule.of(ADDRESS.formatted("www"), ""));

  private static final List<Rule> CHARACTERS =
      List.of(
          // Nicknames
          Rule.of("@[\\w\\d]+\\b", ""),
          // Chinese characters, and signs beside them
          Rule.of("[\\u31c0-\\u31ef]+", ""),
          Rule.of("[\\u31f0-\\u31ff]+", ""),
          Rule.of("[\\u3200-\\u32ff]+", ""),
          Rule.of("[\\u3300-\\u33ff]+", ""),
          Rule.of("[\\u3400-\\u4dbf]+", ""),
          Rule.of("[\\u4dc0-\\u4dff]+", ""),
          Rule.of("[\\u4e00-\\u9fff]+", ""),
          // Dashes and quotation marks
          Rule.of(
              "[\\u002D\\u058A\\u05BE\\u1400\\u1806\\u2010-\\u2015\\u2E17\\u2E1A\\u2E3A\\u2E3B"
                  + "\\u2E40\\u301C\\u3030\\u30A0\\uFE31\\uFE32\\uFE58\\uFE63\\uFF0D]+",
              "-"),
          Rule.of("[`\\u00B4\\u00AB\\u00BB\\u201C\\u201D\\u00A8]", "\""),
          Rule.of("[\\u2018\\u2019]", "'"),
          Rule.of("&quot;?", ""),
          Rule.of("&amp", ""),
          // Addresses of computers, article numbers, line breaks that were spelled out
          Rule.of("\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}", " "),
          Rule.of("\\d:\\d\\d\\s+$", ""),
          Rule.of("\\\\n", " "),
          Rule.of("#\\d{1,3}\\b", ""),
          Rule.of("#\\d{5,}\\b", ""),
          Rule.of("\\b\\d{6,}\\b", ""),
          // File names
          Rule.of("[\\S]+\\.(?:png|jpg|jpeg|bmp|webp|eps|pdf|apk|mp4)", ""),
          // Repeated and odd punctuation
          Rule.of("[\"']{2,}", "\""),
          Rule.of("[\\.]{2,}", " "),
          Rule.of(
              "[#\\u00AE\\u2022\\u00A9\\u2122&@\\u00B7\\u00BA\\u00BD\\u00BE\\u00BF\\u00A1\\u00A7~"
                  + ")(\\]\\[}{|\\\\/*]+",
              " "),
          Rule.of("\\s+\\.\\s+", " "));

  private static final Pattern HYPHEN = Pattern.compile("[-_]");

  private static final List<Rule> WORDS =
      List.of(
          // Article numbers such as jc6640, jc6640vc and 6640vc231
          Rule.of("\\b[a-zA-Z]{1,3}\\d{3,15}\\b", ""),
          Rule.of("\\b[a-zA-Z]+\\d+[a-zA-Z]+\\b", ""),
          Rule.of("\\b\\d+[a-zA-Z]+\\d+\\b", ""),
          // Advertising
          Rule.of("(worldwide\\s+)?(free\\s+)?shipping", ""),
          Rule.of("(free\\s)?download(\\sfree)?", ""),
          Rule.of("\\bclick\\b\\s(?:for|on)\\s\\w+", ""),
          Rule.of("\\b(?:png|jpg|jpeg|bmp|webp|eps|pdf|apk|mp4)(\\simage[s]?)?", ""),
          Rule.of("\\bpage\\s+\\d+\\b", ""),
          Rule.of("\\b\\d*[a-zA-Z]+\\d+[a-zA-Z]+\\d+[a-zA-Z\\d]*\\b", " "),
          // Sizes, with a Cyrillic letter too
          Rule.of("\\b\\d+\\.?\\d*[x\\u0445\\u00D7]\\d+\\.?\\d*\\b", ""),
          // Blanks around punctuation
          Rule.of("\\b\\s+\\:\\s+", ": "),
          Rule.of("(\\D[,\\./])\\b", "$1 "),
          Rule.of("\\s+", " "),
          // Punctuation at the ends
          Rule.of("^[\"']([\\w\\W]+)[\"']$", "$1"),
          Rule.of("^['_,\\-:;]", ""),
          Rule.of("['_,\\-:+]$", ""),
          Rule.of("^\\.\\S+$", ""));

  private static final Pattern ESCAPES = Pattern.compile("(?:%[0-9a-fA-F]{2})+");

  private CaptionCleaner() {}

  /** Cleans a prompt, twice, as {@code clean_caption=True} does in diffusers. */
  public static String clean(String prompt) {
    return cleanOnce(cleanOnce(prompt));
  }

  private static String cleanOnce(String caption) {
    String text = Blanks.strip(unquote(caption)).toLowerCase(Locale.ROOT);
    text = apply(CHARACTERS, HtmlText.of(apply(ADDRESSES, text)));
    if (HYPHEN.matcher(text).results().count() > 3) {
      text = HYPHEN.matcher(text).replaceAll(" ");
    }
    text = HtmlEntities.unescape(HtmlEntities.unescape(TextFixer.fix(text)));
    return Blanks.strip(apply(WORDS, text));
  }

  private static String apply(List<Rule> rules, String text) {
    String result = text;
    for (Rule rule : rules) {
      result = rule.apply(result);
    }
    return result;
  }

  /** Decodes a text as if it stood in an address ({@code unquote_plus} in Python). */
  private static String unquote(String text) {
    return ESCAPES
        .matcher(text.replace('+', ' '))
        .replaceAll(found -> Matcher.quoteReplacement(decode(found.group())));
  }

  private static String decode(String escapes) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 1; i < escapes.length(); i += 3) {
      bytes.write(Integer.parseInt(escapes, i, i + 2, 16));
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
