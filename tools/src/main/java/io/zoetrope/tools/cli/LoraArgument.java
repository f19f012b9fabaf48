package io.zoetrope.tools.cli;

import io.zoetrope.files.InputFile;
import io.zoetrope.files.Printable;
import io.zoetrope.pipeline.Lora;
import io.zoetrope.pipeline.PipelineException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What stands behind {@code --lora}: a file, maybe with a weight and an expert. */
final class LoraArgument {
  /** What may stand behind the name of a file; the name itself may hold colons and at signs. */
  private static final Pattern WEIGHT =
      Pattern.compile("(.+):([+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?)");

  private static final Pattern EXPERT = Pattern.compile("(.+)@(?i:(high|low))");

  private LoraArgument() {}

  /**
   * A file with a weight and an expert behind its name, in either order. A file whose name is all
   * of the text is that file.
   *
   * @throws PipelineException if there is no such file
   */
  static Lora parse(String text) {
    String rest = text;
    Double weight = null;
    Lora.Expert expert = null;
    while (!isThere(rest)) {
      Matcher weighted = WEIGHT.matcher(rest);
      Matcher bound = EXPERT.matcher(rest);
      if (weight == null && weighted.matches()) {
        weight = Double.parseDouble(weighted.group(2));
        rest = weighted.group(1);
      } else if (expert == null && bound.matches()) {
        expert =
            bound.group(2).toLowerCase(Locale.ROOT).equals(Lora.Expert.HIGH_NOISE.title())
                ? Lora.Expert.HIGH_NOISE
                : Lora.Expert.LOW_NOISE;
        rest = bound.group(1);
      } else {
        throw new PipelineException(
            "--lora %s: there is no file %s; FILE, FILE:0.8 or FILE:0.8@high is needed"
                .formatted(Printable.value(text), Printable.quote(rest)));
      }
    }
    Lora lora = Lora.of(Path.of(rest)).weighted(weight == null ? 1 : weight);
    return expert == null ? lora : lora.on(expert);
  }

  private static boolean isThere(String name) {
    try {
      return InputFile.isThere(Path.of(name));
    } catch (InvalidPathException _) {
      return false;
    }
  }
}
