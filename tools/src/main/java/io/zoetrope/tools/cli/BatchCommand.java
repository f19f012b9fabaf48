package io.zoetrope.tools.cli;

import io.zoetrope.tools.batch.JobsFile;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes the clips of a file of requests, on one machine or many. */
@Command(
    name = "batch",
    description =
        "Makes a clip for each line of a file, on this machine or on many, with Apache Spark. Run"
            + " again it goes on with what is missing.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class BatchCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "JOBS.jsonl",
      description =
          "A request of the server on each line, such as {\"prompt\": \"a red ball\", \"seed\": 7}.")
  private Path file;

  @Mixin private BatchOptions batch;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    int failed = batch.run(models -> JobsFile.read(file, models), spec.commandLine().getErr());
    return failed == 0 ? 0 : 1;
  }
}
