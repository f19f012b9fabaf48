package io.zoetrope.tools.cli;

import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tools.compare.Comparison;
import io.zoetrope.tools.compare.ComparisonPage;
import io.zoetrope.tools.compare.ComparisonText;
import io.zoetrope.weights.SafetensorsFile;
import io.zoetrope.weights.WeightSource;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says where two runs part. */
@Command(
    name = "compare",
    description = {
      "Compares two runs whose tensors were saved, and says where they part: by stage, step and",
      "block. The exit code is 1 if they do."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class CompareCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "A",
      description = "File of --save-tensors, or of a program that gives tensors the same names.")
  private Path first;

  @Parameters(index = "1", paramLabel = "B", description = "The other one.")
  private Path second;

  @Option(
      names = "--tolerance",
      paramLabel = "F",
      defaultValue = "1e-4",
      description =
          "Relative difference, as root mean square, up to which tensors agree (default:"
              + " ${DEFAULT-VALUE}).")
  private double tolerance;

  @Option(names = "--html", paramLabel = "FILE", description = "Write a page with every tensor.")
  private Path html;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (!(tolerance >= 0)) {
      throw new PipelineException("--tolerance %s is not 0 or more".formatted(tolerance));
    }
    PageFile page = new PageFile(html);
    page.requireWritable();
    PrintWriter out = spec.commandLine().getOut();
    try (WeightSource a = SafetensorsFile.open(first);
        WeightSource b = SafetensorsFile.open(second)) {
      Comparison comparison = Comparison.of(a, b, tolerance);
      ComparisonText.write(comparison, out);
      page.write(() -> ComparisonPage.of(comparison), spec.commandLine().getErr());
      return comparison.parting().isPresent() ? 1 : 0;
    }
  }
}
