package io.zoetrope.tools.cli;

import io.zoetrope.kernels.cuda.CudaBackend;
import io.zoetrope.ops.Backend;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tools.selftest.SelfTest;
import io.zoetrope.tools.selftest.SelfTestResult;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs every kernel of a CUDA device against the CPU and prints a table for a report. */
@Command(
    name = "selftest",
    description = {
      "Runs every operation on a CUDA device, compares it with the CPU and takes its time.",
      "Prints a table to paste into a report. Exits with 1 when a result is wrong.",
      "With --device cuda-emulated it needs no card, and takes no times."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class SelftestCommand implements Callable<Integer> {
  private static final String ROW = "%-34s %-5s %9s %9s %10s %14s %7s  %s%n";

  @Mixin private DeviceOptions device;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try (Backend backend = device.open()) {
      if (!(backend instanceof CudaBackend cuda)) {
        throw new PipelineException(
            "selftest is for CUDA devices: use --device cuda or --device cuda-emulated");
      }
      out.printf(
          "%s on %s, Java %s, %s %s%n",
          new Version().getVersion()[0],
          backend.name(),
          Runtime.version(),
          System.getProperty("os.name"),
          System.getProperty("os.version"));
      out.printf(
          ROW, "operation", "dtype", "error", "allowed", "time ms", "speed", "of max", "");
      int[] failures = new int[1];
      new SelfTest(backend, cuda.runtime())
          .run(result -> {
            print(out, result);
            failures[0] += result.passed() ? 0 : 1;
          });
      out.println(
          failures[0] == 0
              ? "every result is right"
              : "%d results are wrong: please report this table".formatted(failures[0]));
      return failures[0] == 0 ? 0 : 1;
    }
  }

  private static void print(PrintWriter out, SelfTestResult result) {
    out.printf(
        ROW,
        result.operation(),
        result.dtype().name().toLowerCase(Locale.ROOT),
        "%.1e".formatted(result.error()),
        "%.1e".formatted(result.allowed()),
        result.speed().map(speed -> "%.3f".formatted(1e3 * speed.seconds())).orElse("-"),
        result.speed().map(SelftestCommand::rate).orElse("-"),
        result
            .speed()
            .filter(speed -> speed.share() > 0)
            .map(speed -> "%.0f %%".formatted(100 * speed.share()))
            .orElse("-"),
        result.passed() ? "" : "WRONG");
    out.flush();
  }

  private static String rate(SelfTestResult.Speed speed) {
    double scale = speed.unit().equals("TFLOP/s") ? 1e12 : 1e9;
    return "%.1f %s".formatted(speed.perSecond() / scale, speed.unit());
  }
}
