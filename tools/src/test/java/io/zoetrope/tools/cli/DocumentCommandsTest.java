package io.zoetrope.tools.cli;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The commands of the documents about one thing each, but for those that the first ones have. */
class DocumentCommandsTest extends DocumentedCommands {
  static Set<List<String>> commands() {
    Set<List<String>> commands = new LinkedHashSet<>(commands(detailed()));
    commands.removeAll(commands(first()));
    return commands;
  }
}
