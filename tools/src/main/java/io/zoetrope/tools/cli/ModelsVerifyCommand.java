package io.zoetrope.tools.cli;

import io.zoetrope.hub.HubSettings;
import io.zoetrope.hub.LocalModels;
import io.zoetrope.hub.LocalModels.Verdict;
import io.zoetrope.hub.ModelName;
import io.zoetrope.pipeline.PipelineException;
import java.io.PrintWriter;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads the files of the cache, and compares them with their hashes. */
@Command(
    name = "verify",
    description = {
      "Reads every file of models in the cache, and compares its content with the hub's hash.",
      "Exits with 1 when one is wrong; the next pull of the model fetches that file anew."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class ModelsVerifyCommand implements Callable<Integer> {
  @Parameters(paramLabel = "ORG/NAME", arity = "0..*", description = "Which models (default: all).")
  private List<String> models = List.of();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    LocalModels cache = new LocalModels(HubSettings.ofEnvironment());
    List<ModelName> names =
        models.isEmpty()
            ? cache.all().stream().map(model -> ModelName.of(model.repository())).toList()
            : models.stream().map(ModelName::of).toList();
    if (names.isEmpty()) {
      throw new PipelineException("the cache has no models");
    }
    return verify(cache, names, spec.commandLine().getOut()) ? 0 : 1;
  }

  /** Says what is wrong; returns whether nothing is. */
  static boolean verify(LocalModels cache, List<ModelName> names, PrintWriter out) {
    boolean isRight = true;
    for (ModelName name : names) {
      Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
      cache.verify(
          name,
          (file, verdict) -> {
            counts.merge(verdict, 1, Integer::sum);
            if (verdict == Verdict.WRONG) {
              out.printf("%s: its content is not what its name says%n", file);
            }
            if (Thread.currentThread().isInterrupted()) {
              throw new CancellationException("interrupted");
            }
          });
      if (counts.isEmpty()) {
        throw new PipelineException("%s: the cache has no file of it".formatted(name));
      }
      int wrong = counts.getOrDefault(Verdict.WRONG, 0);
      int unknown = counts.getOrDefault(Verdict.UNKNOWN, 0);
      isRight &= wrong == 0;
      out.printf(
          "%s: %d right%s%s%n",
          name,
          counts.getOrDefault(Verdict.RIGHT, 0),
          wrong == 0 ? "" : ", %d wrong: run 'zoetrope pull %s'".formatted(wrong, name),
          unknown == 0 ? "" : ", %d without a hash".formatted(unknown));
      out.flush();
    }
    return isRight;
  }
}
