package io.zoetrope.tools.cli;

import io.zoetrope.files.FileErrors;
import io.zoetrope.files.OutputFile;
import io.zoetrope.tools.batch.BatchException;
import io.zoetrope.tools.batch.BatchJob;
import io.zoetrope.tools.batch.BatchModels;
import io.zoetrope.tools.batch.JobsFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes the clips of a grid of prompts, settings and seeds, and one picture of them. */
@Command(
    name = "sweep",
    description =
        "Makes a clip for each combination of prompts, settings and seeds, as batch does, and a"
            + " contact sheet of them.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class SweepCommand implements Callable<Integer> {
  private static final String JOBS = "jobs.jsonl";
  private static final String SHEET = "contact-sheet.png";
  private static final int COLUMNS = 6;
  private static final int TILE = 160;

  @Parameters(paramLabel = "PROMPT", arity = "1..*", description = "What clips show.")
  private List<String> prompts;

  @Option(
      names = "--seeds",
      paramLabel = "N-N|N,N",
      defaultValue = "42",
      description = "Seeds, such as 1-4 or 7,9 (default: ${DEFAULT-VALUE}).")
  private String seeds;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE,VALUE",
      arity = "1",
      description =
          "A field of a request, and its values, such as guidance_scale=3,5 or"
              + " extra_params.scheduler=euler,unipc; can be given several times.")
  private List<String> settings = List.of();

  @Mixin private BatchOptions batch;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    String lines =
        SweepGrid.lines(
            prompts, settings.stream().map(SweepGrid::axis).toList(), SweepGrid.seeds(seeds));
    List<JobsFile> files = new ArrayList<>();
    int failed =
        batch.run(
            models -> {
              files.add(jobs(lines, models));
              return files.getFirst();
            },
            err);
    sheet(files.getFirst(), err);
    return failed == 0 ? 0 : 1;
  }

  private JobsFile jobs(String lines, BatchModels models) {
    Path file = batch.folder().resolve(JOBS);
    try {
      OutputFile.write(file, path -> Files.writeString(path, lines));
    } catch (IOException e) {
      throw new BatchException("%s: %s".formatted(file, FileErrors.reason(e)), e);
    }
    return JobsFile.read(file, models);
  }

  /** Rows have the numbers of the lines. */
  private void sheet(JobsFile file, PrintWriter err) {
    ClipSheet sheet = new ClipSheet(COLUMNS, TILE);
    for (BatchJob job : file.jobs()) {
      Path clip = batch.clip(job);
      if (Files.exists(clip)) {
        sheet.add(job.line(), clip);
      }
    }
    if (sheet.isEmpty()) {
      return;
    }
    Path picture = batch.folder().resolve(SHEET);
    sheet.write(picture);
    err.println("wrote %s; rows have the numbers of the lines of %s".formatted(picture, JOBS));
  }
}
