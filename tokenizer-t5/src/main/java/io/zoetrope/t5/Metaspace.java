package io.zoetrope.t5;

import static io.zoetrope.files.Printable.quote;

import java.util.function.Consumer;

/**
 * Writes spaces as a visible character, puts one in front of a word and cuts before each of them.
 *
 * @param replacement stands for a space
 * @param scheme which words get a replacement in front
 * @param split whether to cut at all
 */
record Metaspace(char replacement, PrependScheme scheme, boolean split) implements PreTokenizer {
  enum PrependScheme {
    ALWAYS,
    FIRST,
    NEVER
  }

  /** Reads both spellings: {@code prepend_scheme} and the older {@code add_prefix_space}. */
  static Metaspace read(JsonPlace json) {
    String replacement = json.get("replacement").text();
    if (replacement.length() != 1) {
      throw json.get("replacement").wrong("must be one character, found " + quote(replacement));
    }
    JsonPlace schemeField = json.get("prepend_scheme");
    boolean addPrefixSpace = json.get("add_prefix_space").bool(true);
    PrependScheme scheme =
        schemeField.isNull()
            ? addPrefixSpace ? PrependScheme.ALWAYS : PrependScheme.NEVER
            : switch (schemeField.text()) {
              case "always" -> PrependScheme.ALWAYS;
              case "first" -> PrependScheme.FIRST;
              case "never" -> PrependScheme.NEVER;
              default ->
                  throw schemeField.wrong(
                      "must be always, first or never, found " + quote(schemeField.text()));
            };
    if (!addPrefixSpace && scheme != PrependScheme.NEVER) {
      throw schemeField.wrong(
          "is " + quote(schemeField.text()) + ", but add_prefix_space is false");
    }
    return new Metaspace(replacement.charAt(0), scheme, json.get("split").bool(true));
  }

  @Override
  public void split(Segment segment, Consumer<Segment> words) {
    String text = segment.text().replace(' ', replacement);
    boolean prepends =
        switch (scheme) {
          case ALWAYS -> true;
          case FIRST -> segment.startLength() > 0;
          case NEVER -> false;
        };
    Segment spaced = new Segment(text, segment.startLength());
    if (prepends && text.charAt(0) != replacement) {
      spaced = spaced.prepend(String.valueOf(replacement));
      text = spaced.text();
    }
    if (!split) {
      words.accept(spaced);
      return;
    }
    for (int from = 0; from < text.length(); ) {
      int next = text.indexOf(replacement, from + 1);
      int to = next < 0 ? text.length() : next;
      words.accept(spaced.slice(from, to));
      from = to;
    }
  }
}
