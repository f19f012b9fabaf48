package io.zoetrope.tools.cli;

import io.zoetrope.ops.Backend;
import io.zoetrope.tools.parity.Parity;
import io.zoetrope.tools.parity.ParityFormat;
import io.zoetrope.tools.parity.ParityPage;
import io.zoetrope.tools.parity.ParityResult.Verdict;
import io.zoetrope.tools.parity.ParityRun;
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

/** Compares this engine with what a reference implementation computed, tensor by tensor. */
@Command(
    name = "parity",
    description = {
      "Runs a folder with golden.safetensors and golden.json and compares every tensor;",
      "of a folder that holds several of them, all.",
      "Exits with 1 when one is out of tolerance, and with 3 when none is, but some were not run."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class ParityCommand implements Callable<Integer> {
  /** Nothing is wrong, and not everything is known to be right. */
  private static final int EXIT_NOT_RUN = 3;

  @Parameters(
      paramLabel = "FIXTURE_DIR",
      description = "Folder in the format of fixtures/..., or one that holds such folders.")
  private Path folder;

  @Option(
      names = "--case",
      paramLabel = "GLOB",
      description =
          "Run only these cases: held against the case's name and its first part. May be repeated.")
  private List<String> cases = new ArrayList<>();

  @Mixin private DeviceOptions device;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      split = ",",
      defaultValue = "f32",
      description =
          "f32 or bf16: number format of text encoder and transformer; f32,bf16 runs all twice"
              + " (default: ${DEFAULT-VALUE}).")
  private List<Precision> precisions;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description =
          "text has a line for each tensor, md a table of the stages, json both (default:"
              + " ${DEFAULT-VALUE}).")
  private ParityFormat format;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write a page with every check, by stage, block and step.")
  private Path html;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PageFile page = new PageFile(html);
    page.requireWritable();
    try (Backend backend = device.open()) {
      List<ParityRun> runs =
          Parity.run(
              folder,
              cases,
              backend,
              precisions.stream().map(Precision::dtype).distinct().toList(),
              format,
              spec.commandLine().getOut());
      page.write(() -> ParityPage.of(runs), spec.commandLine().getErr());
      return ParityRun.count(runs, Verdict.FAIL) > 0
          ? 1
          : ParityRun.count(runs, Verdict.NOT_RUN) > 0 ? EXIT_NOT_RUN : 0;
    }
  }
}
