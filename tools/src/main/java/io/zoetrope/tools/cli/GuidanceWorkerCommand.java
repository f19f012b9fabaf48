package io.zoetrope.tools.cli;

import io.zoetrope.pipeline.NetworkAddress;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.pipeline.run.GuidanceWorker;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Predicts for the negative prompts of jobs in other processes. */
@Command(
    name = "guidance-worker",
    description = {
      "Predicts for the negative prompts of jobs in other processes, which predict for the prompts",
      "meanwhile: 'generate --guidance-worker HOST:PORT' with the same model, number format and",
      "device makes the same clip. Ctrl-C ends it. Whoever can connect can use it."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class GuidanceWorkerCommand implements Callable<Integer> {
  @Mixin private ModelOptions model;

  @Option(
      names = "--listen",
      paramLabel = "[HOST:]PORT",
      required = true,
      description = "Where it listens; without a host, to this machine alone.")
  private String listen;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    NetworkAddress address = NetworkAddress.parse(listen);
    PrintWriter err = spec.commandLine().getErr();
    try (OpenModel opened = model.open(WeightRetention.KEEP);
        GuidanceWorker worker = opened.pipeline().guidanceWorker(address, err::println)) {
      opened.announce(err, "");
      worker.run();
    }
    return 0;
  }
}
