package io.zoetrope.tools.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The command with which a job that was stopped goes on, for people to paste into a shell. */
final class ResumeCommand {
  private static final String RESUME = "--resume";
  private static final String SEED = "--seed";

  /** What shells take as it is. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=,@%+-]+");

  private ResumeCommand() {}

  /**
   * The command that was given, with another end.
   *
   * @param command has parsed its arguments
   * @param seed in force: the one that was given may have been drawn
   */
  static String of(CommandSpec command, Path checkpoint, long seed) {
    ParseResult parsed = command.commandLine().getParseResult();
    List<String> words = new ArrayList<>(List.of("zoetrope", command.name()));
    parsed
        .matchedPositionals()
        .forEach(positional -> words.addAll(positional.originalStringValues()));
    for (OptionSpec option : new LinkedHashSet<>(parsed.matchedOptions())) {
      String name = option.longestName();
      if (name.equals(SEED)) {
        words.addAll(List.of(SEED, Long.toUnsignedString(seed)));
      } else if (option.arity().max() == 0) {
        words.add(name);
      } else if (!name.equals(RESUME)) {
        option.originalStringValues().forEach(value -> words.addAll(List.of(name, value)));
      }
    }
    words.addAll(List.of(RESUME, checkpoint.toString()));
    return words.stream().map(ResumeCommand::quoted).collect(Collectors.joining(" "));
  }

  private static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
