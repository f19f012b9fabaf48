package io.zoetrope.tools.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Tells prompts that begin with a dash, such as {@code "-5 degrees, snow"}, from options. No name
 * of an option holds a space, so an argument that begins with a dash and has one before any {@code
 * =} is text. Such arguments are put behind {@code --}, where the parser takes nothing for an
 * option.
 */
final class DashedText {
  private static final String END_OF_OPTIONS = "--";

  private DashedText() {}

  /**
   * The same arguments, text that begins with a dash last.
   *
   * @param main knows the commands and which of their options take a value
   * @param args what the user wrote; the first one names the command
   */
  static String[] last(CommandLine main, String... args) {
    CommandLine command = args.length == 0 ? null : main.getSubcommands().get(args[0]);
    if (command == null) {
      return args;
    }
    List<String> options = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < args.length; i++) {
      if (args[i].equals(END_OF_OPTIONS)) {
        texts.addAll(Arrays.asList(args).subList(i + 1, args.length));
        break;
      } else if (isText(args[i])) {
        texts.add(args[i]);
      } else {
        options.add(args[i]);
        if (takesValue(command.getCommandSpec(), args[i]) && i + 1 < args.length) {
          i++;
          options.add(args[i]);
        }
      }
    }
    if (!texts.isEmpty()) {
      options.add(END_OF_OPTIONS);
      options.addAll(texts);
    }
    return options.toArray(String[]::new);
  }

  private static boolean isText(String argument) {
    String name = argument.split("=", 2)[0];
    return argument.startsWith("-") && name.chars().anyMatch(Character::isWhitespace);
  }

  private static boolean takesValue(CommandSpec command, String argument) {
    OptionSpec option = command.findOption(argument);
    return option != null && option.arity().max() > 0;
  }
}
