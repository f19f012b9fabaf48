package io.zoetrope.tools.cli;

import io.zoetrope.ops.Backend;
import io.zoetrope.tools.parity.Parity;
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
      "Runs a folder with golden.safetensors and golden.json and compares every tensor.",
      "Exits with 1 when one is out of tolerance, or could not be run."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class ParityCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FIXTURE_DIR", description = "Folder in the format of fixtures/.")
  private Path folder;

  @Option(
      names = "--case",
      paramLabel = "GLOB",
      description =
          "Run only these cases: held against the case's name and its first part. May be repeated.")
  private List<String> cases = new ArrayList<>();

  @Mixin private DeviceOptions device;

  @Mixin private PrecisionOption precision;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try (Backend backend = device.open()) {
      boolean passed =
          Parity.run(folder, cases, backend, precision.dtype(), spec.commandLine().getOut());
      return passed ? 0 : 1;
    }
  }
}
