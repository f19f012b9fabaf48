package io.zoetrope.bench;

import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs the benchmarks of single operations and prints their speed in GFLOP/s. Takes the command
 * line of JMH, e.g. {@code LinearBenchmark -p dtype=F32 -p shape=80x256x256 -p threads=1}.
 */
public final class KernelBenchmarks {
  private KernelBenchmarks() {}

  /** Prints a line for each benchmark: median and best time of a call, and the speeds. */
  public static void main(String[] args) throws RunnerException, CommandLineOptionException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .parent(new CommandLineOptions(args))
            .mode(Mode.SampleTime)
            .timeUnit(TimeUnit.MICROSECONDS)
            .warmupIterations(1)
            .warmupTime(TimeValue.seconds(2))
            .measurementIterations(1)
            .measurementTime(TimeValue.seconds(3))
            .forks(1)
            .jvmArgsAppend(
                "--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED");
    System.out.println();
    new Runner(options.build())
        .run().stream()
            .sorted(Comparator.comparing(result -> result.getParams().id()))
            .forEach(KernelBenchmarks::print);
  }

  private static void print(RunResult result) {
    BenchmarkParams params = result.getParams();
    String shape = params.getParam("shape");
    String name = params.getBenchmark().replaceFirst(".*\\.", "");
    double flops =
        switch (name) {
          case "linear" -> LinearBenchmark.flops(shape);
          case "attention" -> AttentionBenchmark.flops(shape);
          case "conv3d" -> ConvolutionBenchmark.flops(shape);
          default -> throw new IllegalStateException(name + " has no formula for its work");
        };
    var times = result.getPrimaryResult().getStatistics();
    System.out.printf(
        "%-10s %-5s %-18s median %10.3f ms %7.1f GFLOP/s   best %10.3f ms %7.1f GFLOP/s%n",
        name,
        params.getParam("dtype"),
        shape,
        times.getPercentile(50) / 1e3,
        flops / times.getPercentile(50) / 1e3,
        times.getMin() / 1e3,
        flops / times.getMin() / 1e3);
  }
}
