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
import io.zoetrope.tools.bench.BenchTest.Part;
import io.zoetrope.tools.bench.ResultsFile;
import io.zoetrope.tools.bench.Scaling;
import io.zoetrope.tools.bench.Scaling.Point;
import io.zoetrope.weights.WeightForm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
      names = "--weights",
      paramLabel = "FORM",
      split = ",",
      description =
          "Forms of the transformer's matrices, as generate takes them, that are measured beside"
              + " packed ones: each repetition runs all of them in turn. Further rows say how many"
              + " times as fast as the first one they are.")
  private List<WeightForm> forms = new ArrayList<>();

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
      List<BenchModel> models = new ArrayList<>(List.of(bench));
      forms.forEach(form -> models.add(bench.in(form)));
      for (Point point : points(bench)) {
        List<Map<String, Object>> results = report.add(measure(models, point));
        if (file != null) {
          results.forEach(file::append);
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
    return chosen(bench).stream().map(test -> new Point(0, test)).toList();
  }

  private List<BenchTest> chosen(BenchModel bench) {
    if (tests.isEmpty()) {
      return bench.defaultTests().stream().filter(this::runsForms).toList();
    }
    List<BenchTest> chosen = tests.stream().map(BenchTest::parse).toList();
    for (BenchTest test : chosen) {
      if (!runsForms(test)) {
        throw new PipelineException(
            "--weights are those of the transformer, which %s doesn't run: name parts such as forward:256x256x17"
                .formatted(test));
      }
    }
    return chosen;
  }

  private boolean runsForms(BenchTest test) {
    return forms.isEmpty() || test.part() != Part.VAE_DECODE;
  }

  private List<BenchResult> measure(List<BenchModel> models, Point point) {
    String name = models.getFirst().source().name();
    if (point.threads() == 0) {
      return Bench.measure(
          models, name, device.threads(), point.test(), warmUpSeconds, repetitions);
    }
    try (Backend backend = device.open(point.threads())) {
      return Bench.measure(
          models.stream().map(bench -> bench.on(backend)).toList(),
          name,
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
