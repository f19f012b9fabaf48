package io.zoetrope.bench;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Roofline;
import io.zoetrope.ops.cases.Catalogue;
import io.zoetrope.ops.cases.OperationCase;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tensor.DType;
import io.zoetrope.tools.bench.ResultsFile;
import io.zoetrope.tools.cli.Restart;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Times single operations with JMH, each in a process of its own, beside the machine's peaks. */
@Command(
    name = "kernels",
    description = {
      "Times single operations beside what the machine can do at best, which is measured first.",
      "Times are medians; 'of roof' is the least time that products or copy bandwidth allow,"
          + " whichever is longer, over the median."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class KernelsCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "GLOB",
      arity = "0..*",
      description = "Operations and shapes, e.g. 'linear 1280*' or 'conv3d*' (default: all).")
  private List<String> globs = List.of("*");

  @Option(
      names = "--device",
      defaultValue = "cpu",
      description = "Device that computes (default: ${DEFAULT-VALUE}).")
  private String device;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Compute threads (default: one per processor).")
  private int threads;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      split = ",",
      defaultValue = "f32,bf16",
      description = "f32, bf16, or both (default: ${DEFAULT-VALUE}).")
  private List<DType> dtypes;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "2",
      description =
          "How long to measure each one, after as long a warm-up (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(names = "--list", description = "Print the names and stop.")
  private boolean list;

  @Option(
      names = "--results",
      paramLabel = "FILE",
      description = "File of JSON lines that each result is appended to, with commit and machine.")
  private Path results;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws RunnerException {
    PrintWriter out = spec.commandLine().getOut();
    List<OperationCase> chosen = chosen();
    if (list) {
      chosen.forEach(kernel -> out.println(kernel.name()));
      return 0;
    }
    if (threads < 0 || seconds < 1) {
      throw new PipelineException("--threads must not be negative, --seconds at least 1");
    }
    for (DType dtype : dtypes) {
      if (!dtype.isComputable()) {
        throw new PipelineException("--dtype %s is neither f32 nor bf16".formatted(dtype));
      }
    }
    Optional<Roofline> roofline = printPeaks(out);
    out.println("| operation | shape | dtype | median | GFLOP/s | GB/s | of roof |");
    out.println("|---|---|---|--:|--:|--:|--:|");
    for (OperationCase kernel : chosen) {
      for (DType dtype : dtypes) {
        measure(out, kernel, dtype, roofline);
      }
    }
    return 0;
  }

  private List<OperationCase> chosen() {
    List<PathMatcher> matchers =
        globs.stream()
            .map(glob -> FileSystems.getDefault().getPathMatcher("glob:" + glob))
            .toList();
    List<OperationCase> chosen =
        Catalogue.measured(DType.F32)
            .filter(kernel ->
                matchers.stream().anyMatch(matcher -> matcher.matches(Path.of(kernel.name()))))
            .toList();
    if (chosen.isEmpty()) {
      throw new PipelineException(
          "no operation matches %s; --list names all".formatted(String.join(", ", globs)));
    }
    return chosen;
  }

  private Optional<Roofline> printPeaks(PrintWriter out) {
    Restart.ifThoroughIsNeeded(device);
    try (Backend backend = BackendProvider.open(device, threads)) {
      Optional<Roofline> roofline = backend.roofline();
      out.println(backend.name());
      roofline.ifPresent(peaks -> {
        for (DType dtype : dtypes) {
          out.printf(
              "peak of %s products %.1f GFLOP/s%n",
              name(dtype), peaks.flopsPerSecond().getOrDefault(dtype, Double.NaN) / 1e9);
        }
        out.printf("copy bandwidth %.1f GB/s%n", peaks.bytesPerSecond() / 1e9);
      });
      out.println();
      out.flush();
      return roofline;
    }
  }

  private void measure(
      PrintWriter out, OperationCase kernel, DType dtype, Optional<Roofline> roofline)
      throws RunnerException {
    OperationCase measured =
        Catalogue.measured(dtype)
            .filter(test -> test.name().equals(kernel.name()))
            .findFirst()
            .orElseThrow();
    KernelWork work = KernelWork.of(measured);
    Statistics times = run(options(kernel, dtype));
    double median = times.getPercentile(50) / 1e6;
    Optional<Double> share =
        roofline.map(peaks -> peaks.leastSeconds(dtype, work.flops(), work.bytes()) / median);
    out.printf(
        "| %s | %s | %s | %.3f ms | %s | %.2f | %s |%n",
        kernel.operation(),
        kernel.detail(),
        name(dtype),
        median * 1e3,
        work.flops() == 0 ? "-" : "%.1f".formatted(work.flops() / median / 1e9),
        work.bytes() / median / 1e9,
        share.map(part -> "%.0f %%".formatted(100 * part)).orElse("-"));
    out.flush();
    if (results != null) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("operation", kernel.operation());
      json.put("shape", kernel.detail());
      json.put("dtype", name(dtype));
      json.put("device", device);
      json.put("threads", threads);
      json.put("median_s", median);
      json.put("best_s", times.getMin() / 1e6);
      json.put("gflop_per_s", work.flops() / median / 1e9);
      json.put("gb_per_s", work.bytes() / median / 1e9);
      roofline.ifPresent(peaks -> {
        json.put("peak_gflop_per_s", peaks.flopsPerSecond().getOrDefault(dtype, Double.NaN) / 1e9);
        json.put("peak_gb_per_s", peaks.bytesPerSecond() / 1e9);
      });
      new ResultsFile(results, Main.home()).append(json);
    }
  }

  /** JMH tells much, of interest only when something fails. */
  private Statistics run(Options options) throws RunnerException {
    var output = new ByteArrayOutputStream();
    try (PrintStream stream = new PrintStream(output, true, StandardCharsets.UTF_8)) {
      var format = OutputFormatFactory.createFormatInstance(stream, VerboseMode.NORMAL);
      return new Runner(options, format).runSingle().getPrimaryResult().getStatistics();
    } catch (RunnerException e) {
      spec.commandLine().getErr().println(output.toString(StandardCharsets.UTF_8));
      throw e;
    }
  }

  private Options options(OperationCase kernel, DType dtype) {
    return new OptionsBuilder()
        .include(KernelBenchmark.class.getName())
        .param("kernel", kernel.name())
        .param("device", device)
        .param("threads", Integer.toString(threads))
        .param("dtype", dtype.name())
        .mode(Mode.SampleTime)
        .timeUnit(TimeUnit.MICROSECONDS)
        .warmupIterations(1)
        .warmupTime(TimeValue.seconds(seconds))
        .measurementIterations(1)
        .measurementTime(TimeValue.seconds(seconds))
        .forks(1)
        .shouldFailOnError(true)
        .build();
  }

  private static String name(DType dtype) {
    return dtype.name().toLowerCase(Locale.ROOT);
  }
}
