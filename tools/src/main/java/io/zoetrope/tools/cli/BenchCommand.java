package io.zoetrope.tools.cli;

import io.zoetrope.ops.Backend;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tools.bench.Bench;
import io.zoetrope.tools.bench.BenchModel;
import io.zoetrope.tools.bench.BenchReport;
import io.zoetrope.tools.bench.BenchReport.Format;
import io.zoetrope.tools.bench.BenchResult;
import io.zoetrope.tools.bench.BenchTest;
import io.zoetrope.tools.bench.ResultsFile;
import io.zoetrope.tools.bench.Scaling;
import io.zoetrope.tools.bench.Scaling.Point;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures how fast a model runs here. */
@Command(
    name = "bench",
    description = {
      "Measures how fast a model runs on this machine, part by part, and prints a table.",
      "Each test has a warm-up; times and rates are mean ± standard deviation of the repetitions."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class BenchCommand implements Callable<Integer> {
  @Mixin private ModelOption model;

  @Mixin private DeviceOptions device;

  @Mixin private PrecisionOption precision;

  @Mixin private VaePrecisionOption vae;

  @Option(
      names = {"-p", "--parts"},
      paramLabel = "TEST:WxHxFRAMES",
      split = ",",
      description =
          "What to measure: block, forward, vae-decode or clip, and the size of the clip, e.g."
              + " forward:256x256x17. May be repeated, or hold several with commas (default: all"
              + " at the model's own size, or at 256x256, 17 frames where that is smaller).")
  private List<String> tests = new ArrayList<>();

  @Option(
      names = "--scaling",
      paramLabel = "AXIS",
      description = "Instead of --parts, a series over tokens, frames or threads.")
  private Scaling scaling;

  @Option(
      names = "--up-to",
      paramLabel = "N",
      description =
          "Last number of --scaling (default: 16384 tokens, 81 frames, one thread per processor).")
  private Integer upTo;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      defaultValue = "" + Bench.WARM_UP_SECONDS,
      description = "How long to run before; at least one run (default: ${DEFAULT-VALUE}).")
  private double warmUpSeconds;

  @Option(
      names = {"-r", "--repetitions"},
      paramLabel = "N",
      defaultValue = "5",
      description = "Runs that count (default: ${DEFAULT-VALUE}).")
  private int repetitions;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "md",
      description = "md, csv or json (default: ${DEFAULT-VALUE}).")
  private Format format;

  @Option(
      names = "--results",
      paramLabel = "FILE",
      description = "File of JSON lines that each result is appended to, with commit and machine.")
  private Path results;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    requirePositive("--repetitions", repetitions);
    if (scaling != null && !tests.isEmpty()) {
      throw new PipelineException("--scaling and --parts exclude each other: leave one out");
    }
    if (upTo != null) {
      requirePositive("--up-to", upTo);
      if (scaling == null) {
        throw new PipelineException("--up-to says where --scaling ends: give that, too");
      }
    }
    BenchReport report = new BenchReport(format, spec.commandLine().getOut());
    ResultsFile file = results == null ? null : new ResultsFile(results, ModelOption.home());
    try (Backend backend = device.open()) {
      BenchModel bench =
          BenchModel.open(
              model.source(), backend, new ModelPrecision(precision.dtype(), vae.dtype()));
      for (Point point : points(bench)) {
        BenchResult result = measure(bench, point);
        report.add(result);
        if (file != null) {
          file.append(result.toJson());
        }
      }
    }
    report.finish();
    return 0;
  }

  private List<Point> points(BenchModel bench) {
    if (scaling != null) {
      return scaling.points(bench, upTo == null ? scaling.defaultMost() : upTo);
    }
    List<BenchTest> chosen =
        tests.isEmpty() ? bench.defaultTests() : tests.stream().map(BenchTest::parse).toList();
    return chosen.stream().map(test -> new Point(0, test)).toList();
  }

  private BenchResult measure(BenchModel bench, Point point) {
    if (point.threads() == 0) {
      return Bench.measure(
          bench, bench.source().name(), device.threads(), point.test(), warmUpSeconds, repetitions);
    }
    try (Backend backend = device.open(point.threads())) {
      return Bench.measure(
          bench.on(backend),
          bench.source().name(),
          point.threads(),
          point.test(),
          warmUpSeconds,
          repetitions);
    }
  }

  private static void requirePositive(String option, int value) {
    if (value < 1) {
      throw new PipelineException("%s %d is below 1".formatted(option, value));
    }
  }
}
