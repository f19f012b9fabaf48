package io.zoetrope.tools.cli;

import io.zoetrope.hub.HubSettings;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lists the models of the cache. */
@Command(
    name = "models",
    description = {
      "Lists the models in the cache of the Hugging Face hub, whoever fetched them: how large they"
          + " are, what they do, and whether a clip of their default size fits into this machine's"
          + " memory.",
      "No connection is opened."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    subcommands = {ModelsRemoveCommand.class, ModelsVerifyCommand.class})
final class ModelsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    new ModelList(HubSettings.ofEnvironment()).print(out);
    out.flush();
    return 0;
  }
}
