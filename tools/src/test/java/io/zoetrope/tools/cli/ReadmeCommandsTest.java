package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The commands of the documents that a newcomer begins with. */
class ReadmeCommandsTest extends DocumentedCommands {
  static Set<List<String>> commands() {
    return commands(first());
  }

  @Test
  void allCommandsAreDocumented() {
    Set<String> all = new TreeSet<>(Main.commandLine().getSubcommands().keySet());
    Set<String> documented = new TreeSet<>();
    commands(first()).forEach(words -> documented.add(words.getFirst()));
    commands(detailed()).forEach(words -> documented.add(words.getFirst()));
    assertEquals(all, documented);
  }
}
