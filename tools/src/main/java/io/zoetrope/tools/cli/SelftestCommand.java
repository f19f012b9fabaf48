package io.zoetrope.tools.cli;

import io.zoetrope.files.ExpectedException;
import io.zoetrope.files.Printable;
import io.zoetrope.kernels.cuda.CudaBackend;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tools.selftest.SelfTest;
import io.zoetrope.tools.selftest.SelfTestTable;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Compares every operation of devices with its definition and prints a table for a report. */
@Command(
    name = "selftest",
    description = {
      "Runs every operation on a device, compares it with its definition, and on a card takes its",
      "time. Prints a table to paste into a report. Exits with 1 when a result is wrong.",
      "Without --device it tries all devices and kernels that this machine has, and says why it",
      "has not the others."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class SelftestCommand implements Callable<Integer> {
  private final SelfTest.Definition definition = new SelfTest.Definition();

  @Mixin private DeviceOptions device;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    boolean isRight;
    if (device.isGiven()) {
      try (Backend backend = device.open()) {
        isRight = test(backend);
      }
    } else {
      // A virtual machine that runs the Vector API runs the others, too.
      List<String> devices = BackendProvider.allWays();
      devices.forEach(Restart::ifThoroughIsNeeded);
      isRight = testAll(devices);
    }
    return isRight ? 0 : 1;
  }

  /** Whether all devices are right that are here. */
  boolean testAll(List<String> devices) {
    boolean areRight = true;
    for (String name : devices) {
      areRight &= test(name);
      spec.commandLine().getOut().println();
    }
    return areRight;
  }

  /** Whether a device is right, or not here. */
  private boolean test(String name) {
    Optional<Backend> opened = open(name);
    if (opened.isEmpty()) {
      return true;
    }
    try (Backend backend = opened.get()) {
      return test(backend);
    } catch (ExpectedException e) {
      spec.commandLine().getOut().printf("%s: failed: %s%n", name, Printable.line(e.getMessage()));
      return false;
    }
  }

  private Optional<Backend> open(String name) {
    try {
      return Optional.of(BackendProvider.open(name, device.threads()));
    } catch (ExpectedException e) {
      spec.commandLine().getOut().printf("%s: not run: %s%n", name, Printable.line(e.getMessage()));
      return Optional.empty();
    }
  }

  private boolean test(Backend backend) {
    if (backend instanceof ReferenceBackend) {
      throw new PipelineException(
          "selftest compares devices with reference: name another one, or none for all");
    }
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "%s on %s, Java %s, %s %s%n",
        new Version().getVersion()[0],
        backend.name(),
        Runtime.version(),
        System.getProperty("os.name"),
        System.getProperty("os.version"));
    SelfTestTable table = new SelfTestTable(out);
    new SelfTest(
            backend,
            backend instanceof CudaBackend card ? Optional.of(card.runtime()) : Optional.empty(),
            definition)
        .run(table::add);
    return table.end();
  }
}
