package io.zoetrope.tools.cli;

import io.zoetrope.files.Printable;
import io.zoetrope.hub.HubSettings;
import io.zoetrope.hub.LocalModels;
import io.zoetrope.hub.ModelName;
import io.zoetrope.hub.Pull;
import io.zoetrope.hub.PullListener;
import io.zoetrope.hub.PullPlan;
import io.zoetrope.pipeline.PipelineException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Fetches a model from the hub. */
@Command(
    name = "pull",
    description = {
      "Fetches a model from the Hugging Face hub into the cache that its own tools use, and prints"
          + " the folder.",
      "A pull that was interrupted goes on where it stopped. docs/files.md has the variables."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class PullCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "ORG/NAME[@REV]",
      description = "The model, and a branch, a tag or a commit of it (default: main).")
  private String model;

  @Option(
      names = "--include",
      paramLabel = "GLOB",
      description =
          "Fetch the files that fit, such as '*high*.safetensors', instead of what a pipeline"
              + " needs, and print their paths. May be repeated.")
  private List<String> include = new ArrayList<>();

  @Option(names = "--dry-run", description = "List what would be fetched, and fetch nothing.")
  private boolean isDryRun;

  @Option(
      names = "--offline",
      description = "Open no connection: say where the model is, or what the cache lacks.")
  private boolean isOffline;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    HubSettings settings = HubSettings.ofEnvironment();
    PrintWriter out = spec.commandLine().getOut();
    pull(isOffline ? settings.offline() : settings, out, spec.commandLine().getErr());
    out.flush();
    return 0;
  }

  private void pull(HubSettings settings, PrintWriter out, PrintWriter err) {
    ModelName name = ModelName.of(model);
    if (settings.isOffline()) {
      out.println(local(settings, name));
    } else if (isDryRun) {
      list(settings, name, include, out);
    } else {
      PullPlan plan = PullRun.run(settings, name, include, err);
      if (include.isEmpty()) {
        out.println(plan.snapshot());
      } else {
        PullRun.files(plan).forEach(out::println);
      }
    }
  }

  private Path local(HubSettings settings, ModelName name) {
    if (!include.isEmpty() || isDryRun) {
      throw new PipelineException("--include and --dry-run ask the hub, and --offline forbids it");
    }
    return new LocalModels(settings)
        .find(name)
        .filter(LocalModels.Snapshot::isComplete)
        .map(LocalModels.Snapshot::folder)
        .orElseThrow(() -> new PipelineException(HubModels.absence(settings, name)));
  }

  /** Lists what a pull would fetch. */
  static void list(HubSettings settings, ModelName name, List<String> include, PrintWriter out) {
    try (Pull pull = new Pull(settings, new ModelGate(), PullListener.NONE)) {
      PullPlan plan = pull.plan(name, include);
      for (PullPlan.Entry entry : plan.entries()) {
        out.printf(
            "%12s  %-16s %s%n",
            Sizes.text(entry.size()),
            entry.there() == entry.size()
                ? "there"
                : entry.there() > 0 ? "%s there".formatted(Sizes.text(entry.there())) : "",
            Printable.value(entry.path()));
      }
      out.printf(
          "%12s  of %s are to be fetched from %s into %s%n",
          Sizes.text(plan.missingBytes()),
          Sizes.text(plan.bytes()),
          settings.endpoint(),
          plan.snapshot());
    }
  }
}
