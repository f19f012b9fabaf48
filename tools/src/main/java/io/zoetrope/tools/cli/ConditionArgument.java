package io.zoetrope.tools.cli;

import io.zoetrope.files.InputFile;
import io.zoetrope.files.Printable;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.PipelineException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands behind {@code --condition}.
 *
 * @param file a picture or a clip
 * @param frame where it is shown, or {@link Input.Image#LAST}
 * @param strength how much of it stays
 */
record ConditionArgument(Path file, int frame, double strength) {
  private static final String LAST = "last";

  /** What stands behind the name of a file, which may hold colons and at signs itself. */
  private static final Pattern FORM = Pattern.compile("(.+)@(\\d{1,5}|last)(?::([0-9.eE+-]+))?");

  /**
   * A file, a frame, and maybe a strength.
   *
   * @throws PipelineException if the text is of another form, or there is no such file
   */
  static ConditionArgument parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new PipelineException(
          "--condition %s is not FILE@FRAME or FILE@FRAME:STRENGTH, such as ball.png@0 or ball.png@last:0.8"
              .formatted(Printable.value(text)));
    }
    return new ConditionArgument(
        file(text, matcher.group(1)),
        matcher.group(2).equals(LAST) ? Input.Image.LAST : Integer.parseInt(matcher.group(2)),
        strength(text, matcher.group(3)));
  }

  private static Path file(String text, String name) {
    try {
      Path file = Path.of(name);
      if (InputFile.isThere(file)) {
        return file;
      }
    } catch (InvalidPathException _) {
      // There is no file of that name either.
    }
    throw new PipelineException(
        "--condition %s: there is no file %s"
            .formatted(Printable.value(text), Printable.quote(name)));
  }

  private static double strength(String text, String number) {
    try {
      return number == null ? 1 : Double.parseDouble(number);
    } catch (NumberFormatException e) {
      throw new PipelineException(
          "--condition %s: the strength %s is no number"
              .formatted(Printable.value(text), Printable.quote(number)),
          e);
    }
  }
}
