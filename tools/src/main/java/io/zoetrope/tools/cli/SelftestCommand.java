package io.zoetrope.tools.cli;

import io.zoetrope.kernels.cuda.CudaBackend;
import io.zoetrope.ops.Backend;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tools.selftest.SelfTest;
import io.zoetrope.tools.selftest.SelfTestTable;
import java.io.PrintWriter;
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
      SelfTestTable table = new SelfTestTable(out);
      new SelfTest(backend, cuda.runtime()).run(table::add);
      return table.end() ? 0 : 1;
    }
  }
}
