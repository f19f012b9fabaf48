package io.zoetrope.tools.cli;

import io.zoetrope.hub.HubSettings;
import io.zoetrope.hub.ModelName;
import io.zoetrope.hub.Pull;
import io.zoetrope.hub.PullPlan;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;

/** A pull of the command line: what people see of it. */
final class PullRun {
  private PullRun() {}

  /**
   * Fetches a model into the cache, as far as it is not there.
   *
   * @param include patterns of files; empty for what a pipeline needs
   * @param err gets the progress
   * @return what was fetched, and where it lies
   */
  static PullPlan run(
      HubSettings settings, ModelName model, List<String> include, PrintWriter err) {
    boolean terminal = Boolean.getBoolean("zoetrope.terminal");
    try (PullPrinter printer = new PullPrinter(err, terminal);
        Pull pull = new Pull(settings, new ModelGate(), printer)) {
      PullPlan plan = pull.plan(model, include);
      long missing = plan.missingBytes();
      if (missing > 0) {
        printer.note(
            "pulling %s: %d files, %s%s"
                .formatted(
                    model,
                    plan.entries().size(),
                    Sizes.text(plan.bytes()),
                    missing < plan.bytes()
                        ? ", of which %s are missing".formatted(Sizes.text(missing))
                        : ""));
      }
      Runnable sayKept = () -> printer.note(kept(plan));
      Main.beforeStop(sayKept);
      try {
        pull.fetch(plan);
      } catch (CancellationException e) {
        sayKept.run();
        throw e;
      } finally {
        Main.beforeStop(() -> {});
      }
      if (missing > 0) {
        printer.note("pulled %s: %s".formatted(model, printer.summary()));
      }
      return plan;
    }
  }

  private static String kept(PullPlan plan) {
    return "what came is kept in %s; the same command goes on with it"
        .formatted(plan.snapshot().getParent().getParent());
  }

  /** Where the files of a plan lie. */
  static List<Path> files(PullPlan plan) {
    return plan.entries().stream().map(entry -> plan.snapshot().resolve(entry.path())).toList();
  }
}
