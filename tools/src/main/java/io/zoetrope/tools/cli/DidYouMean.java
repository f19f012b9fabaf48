package io.zoetrope.tools.cli;

import io.zoetrope.tools.film.Nearest;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
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
          Map.entry("--out", "--output"),
          Map.entry("-s", "--seed"),
          Map.entry("-t", "--threads"),
          Map.entry("-v", "--verbose"),
          Map.entry("-i", "--image"),
          Map.entry("--init-img", "--image"),
          Map.entry("--end-img", "--last-image"),
          Map.entry("-r", "--reference"),
          Map.entry("--ref-image", "--reference"),
          Map.entry("--control-video", "--control"),
          Map.entry("--vace-strength", "--control-scale"),
          Map.entry("--moe-boundary", "--boundary"),
          Map.entry("--high-noise-cfg-scale", "--guidance"),
          Map.entry("--high-noise-steps", "--boundary"),
          Map.entry("--high-noise-sampling-method", "--scheduler"),
          Map.entry("--lora-model-dir", "--lora"),
          Map.entry("--cache-mode", "--cache"),
          Map.entry("--cache-option", "--cache"),
          Map.entry("--vae-tile-size", "--vae-tiling"),
          Map.entry("--backend", "--device"),
          Map.entry("--params-backend", "--weights-budget"),
          Map.entry("--max-vram", "--weights-budget"),
          Map.entry("--preview-path", "--preview"),
          Map.entry("--preview-interval", "--preview-every"));

  /** Options of other programs for what is always so here, or is decided without being asked. */
  private static final Set<String> NEEDLESS =
      Set.of(
          "-M",
          "--mode",
          "--fa",
          "--diffusion-fa",
          "--offload-to-cpu",
          "--stream-layers",
          "--clip-on-cpu",
          "--vae-on-cpu",
          "--diffusion-conv-direct",
          "--vae-conv-direct",
          "--mmap",
          "--eager-load",
          "--rng",
          "--sampler-rng");

  /** A negative number, which no option begins with, is the value of one. */
  private static final Pattern OPTION = Pattern.compile("-{1,2}\\p{Alpha}\\S*");

  private DidYouMean() {}

  /**
   * One sentence about arguments that nothing takes: about all options among them, or the first one
   * that is none.
   *
   * @param e names them and the command that was given them
   */
  static String sentence(UnmatchedArgumentException e) {
    String argument = e.getUnmatched().getFirst();
    CommandLine command = e.getCommandLine();
    boolean isMain = command.getParent() == null;
    if (!argument.startsWith("-")) {
      return "%s '%s'%s"
          .formatted(
              isMain ? "unknown command" : "unexpected argument",
              argument,
              isMain ? hint(command, argument) : inQuotes(command));
    }
    List<String> options = options(e.getUnmatched());
    return options.size() > 1
        ? "unknown options: "
            + options.stream()
                .map(name -> "'%s'%s".formatted(name, shortHint(command, name)))
                .collect(Collectors.joining(", "))
        : "unknown option '%s'%s".formatted(name(argument), hint(command, name(argument)));
  }

  /** Those among arguments that nothing takes, each once; the values of others lie between them. */
  private static List<String> options(List<String> unmatched) {
    return unmatched.stream()
        .filter(argument -> OPTION.matcher(argument).matches())
        .map(DidYouMean::name)
        .distinct()
        .toList();
  }

  private static String name(String option) {
    return option.split("=", 2)[0];
  }

  private static String hint(CommandLine command, String name) {
    if (NEEDLESS.contains(name)) {
      return ": leave it out";
    }
    String meant = meant(command, name);
    if (!meant.isEmpty()) {
      return ": did you mean %s?".formatted(meant);
    }
    boolean takesText = !command.getCommandSpec().positionalParameters().isEmpty();
    if (Stream.of("-", "--").noneMatch(name::startsWith)) {
      return inQuotes(command);
    }
    return takesText ? ": if it is no option, put -- before it" : "";
  }

  /** For one of several. */
  private static String shortHint(CommandLine command, String name) {
    String meant = NEEDLESS.contains(name) ? "leave it out" : meant(command, name);
    return meant.isEmpty() ? "" : " (%s)".formatted(meant);
  }

  private static String inQuotes(CommandLine command) {
    return command.getCommandSpec().positionalParameters().isEmpty()
        ? ""
        : ": put text that has spaces in quotes";
  }

  /** Another name of an option or a command, or one or two that are like it; may be empty. */
  private static String meant(CommandLine command, String name) {
    String synonym = SYNONYMS.get(name);
    if (synonym != null && command.getCommandSpec().findOption(synonym) != null) {
      return synonym;
    }
    var alone = new UnmatchedArgumentException(command, List.of(name));
    return String.join(" or ", nearest(name, alone.getSuggestions()));
  }

  /** The two that differ least; the parser's own order goes by the letters alone. */
  private static List<String> nearest(String name, List<String> suggestions) {
    return suggestions.stream()
        .sorted(Comparator.comparingInt(suggestion -> Nearest.distance(name, suggestion)))
        .limit(2)
        .toList();
  }
}
