package io.zoetrope.tools.cli;

import io.zoetrope.tools.film.Nearest;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.UnmatchedArgumentException;

/** What a user may have meant by a command or an option that does not exist. */
final class DidYouMean {
  /** What other programs call an option that this one has under another name. */
  private static final Map<String, String> SYNONYMS =
      Map.ofEntries(
          Map.entry("--width", "--size"),
          Map.entry("--height", "--size"),
          Map.entry("-W", "--size"),
          Map.entry("-H", "--size"),
          Map.entry("--resolution", "--size"),
          Map.entry("--num-frames", "--frames"),
          Map.entry("--video-frames", "--frames"),
          Map.entry("--length", "--frames"),
          Map.entry("--num-inference-steps", "--steps"),
          Map.entry("--sample-steps", "--steps"),
          Map.entry("--cfg", "--guidance"),
          Map.entry("--cfg-scale", "--guidance"),
          Map.entry("--guidance-scale", "--guidance"),
          Map.entry("--sample-guide-scale", "--guidance"),
          Map.entry("--guidance-scale-2", "--guidance-2"),
          Map.entry("--boundary-ratio", "--boundary"),
          Map.entry("--init-image", "--image"),
          Map.entry("--init-video", "--video"),
          Map.entry("--sampler", "--scheduler"),
          Map.entry("--sampling-method", "--scheduler"),
          Map.entry("--shift", "--flow-shift"),
          Map.entry("--sample-shift", "--flow-shift"),
          Map.entry("--negative", "--negative-prompt"),
          Map.entry("--precision", "--dtype"),
          Map.entry("--type", "--dtype"),
          Map.entry("--out", "--output"));

  private DidYouMean() {}

  /**
   * One sentence about arguments that nothing takes.
   *
   * @param e names them and the command that was given them
   */
  static String sentence(UnmatchedArgumentException e) {
    String argument = e.getUnmatched().getFirst();
    CommandSpec command = e.getCommandLine().getCommandSpec();
    boolean option = argument.startsWith("-");
    boolean isMain = command.parent() == null;
    String what = option ? "unknown option" : isMain ? "unknown command" : "unexpected argument";
    String name = option ? argument.split("=", 2)[0] : argument;
    return what + " '" + name + "'" + hint(e, command, name, option || isMain);
  }

  private static String hint(
      UnmatchedArgumentException e, CommandSpec command, String name, boolean isName) {
    String synonym = SYNONYMS.get(name);
    if (synonym != null && command.findOption(synonym) != null) {
      return ": did you mean %s?".formatted(synonym);
    }
    List<String> near = isName ? nearest(name, e.getSuggestions()) : List.of();
    if (!near.isEmpty()) {
      return ": did you mean %s?".formatted(String.join(" or ", near));
    }
    boolean takesText = !command.positionalParameters().isEmpty();
    boolean full = Stream.of("-", "--").noneMatch(name::startsWith);
    if (full) {
      return takesText ? ": put text that has spaces in quotes" : "";
    }
    return takesText ? ": if it is no option, put -- before it" : "";
  }

  /** The two that differ least; the parser's own order goes by the letters alone. */
  private static List<String> nearest(String name, List<String> suggestions) {
    return suggestions.stream()
        .sorted(Comparator.comparingInt(suggestion -> Nearest.distance(name, suggestion)))
        .limit(2)
        .toList();
  }
}
