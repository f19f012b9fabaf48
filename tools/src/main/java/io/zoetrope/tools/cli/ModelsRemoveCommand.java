package io.zoetrope.tools.cli;

import io.zoetrope.hub.HubSettings;
import io.zoetrope.hub.LocalModels;
import io.zoetrope.hub.ModelName;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Deletes models of the cache. */
@Command(
    name = "rm",
    description =
        "Deletes models from the cache; of ORG/NAME@REV that revision, with the files that no other"
            + " one has.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class ModelsRemoveCommand implements Callable<Integer> {
  @Parameters(paramLabel = "ORG/NAME[@REV]", arity = "1..*", description = "What to delete.")
  private List<String> models;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    LocalModels cache = new LocalModels(HubSettings.ofEnvironment());
    List<ModelName> names = models.stream().map(ModelName::of).toList();
    for (int i = 0; i < names.size(); i++) {
      long freed = cache.remove(names.get(i), models.get(i).indexOf('@') < 0);
      spec.commandLine().getErr().printf("deleted %s: %s%n", names.get(i), Sizes.text(freed));
    }
    return 0;
  }
}
