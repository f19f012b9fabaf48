package io.zoetrope.t5;

import static io.zoetrope.files.Printable.quote;

import io.zoetrope.t5.text.UnpairedSurrogates;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Writes one text in the place of every match of a pattern.
 *
 * @param pattern what to look for
 * @param content what to write instead
 * @param place of this step in its file, for errors
 */
record Replacement(Pattern pattern, String content, String place) implements Normalizer {
  /** With these flags classes, anchors and the dot mean what they mean to the Oniguruma library. */
  private static final int ONIGURUMA_LIKE =
      Pattern.UNICODE_CHARACTER_CLASS | Pattern.MULTILINE | Pattern.UNIX_LINES;

  static Replacement read(JsonPlace json) {
    JsonPlace pattern = json.get("pattern").object();
    boolean isRegex = !pattern.get("Regex").isNull();
    String expression = pattern.get(isRegex ? "Regex" : "String").shortText();
    try {
      Pattern compiled = Pattern.compile(expression, isRegex ? ONIGURUMA_LIKE : Pattern.LITERAL);
      return new Replacement(compiled, json.get("content").shortText(), json.place());
    } catch (PatternSyntaxException e) {
      throw json.get("pattern").wrong("is not a regular expression: " + e.getDescription());
    }
  }

  @Override
  public Segment normalize(Segment segment, int longest) {
    String text = segment.text();
    Matcher matcher = pattern.matcher(new BudgetedText(text));
    if (!find(matcher)) {
      return segment;
    }
    int startLength = segment.startLength();
    if (matcher.start() < startLength) {
      // What replaces several characters counts as coming from the last of them.
      startLength = matcher.start() + (matcher.end() <= startLength ? content.length() : 0);
    }
    StringBuilder result = new StringBuilder(text.length());
    int done = 0;
    do {
      result.append(text, done, matcher.start()).append(content);
      done = matcher.end();
      Bounds.requireLength(result.length(), longest, place);
    } while (find(matcher));
    result.append(text, done, text.length());
    Bounds.requireLength(result.length(), longest, place);
    return new Segment(UnpairedSurrogates.replace(result.toString()), startLength);
  }

  private boolean find(Matcher matcher) {
    try {
      return matcher.find();
    } catch (BudgetedText.Exhausted | StackOverflowError e) {
      throw new TokenizerException(
          "%s: %s takes too long for this text: that is no pattern of a text encoder"
              .formatted(place, quote(pattern.pattern())),
          e);
    }
  }
}
