package io.zoetrope.bench;

import io.zoetrope.bench.load.ServeCrashCommand;
import io.zoetrope.bench.load.ServeFuzzCommand;
import io.zoetrope.bench.load.ServeLoadCommand;
import io.zoetrope.tools.cli.Restart;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Measurements that are not part of the product, {@code bench/run}. */
@Command(
    name = "bench/run",
    description = "Measures the engine: see docs/performance.md.",
    mixinStandardHelpOptions = true,
    subcommands = {
      KernelsCommand.class,
      CompareCommand.class,
      RandomModelCommand.class,
      ServeLoadCommand.class,
      ServeCrashCommand.class,
      ServeFuzzCommand.class,
      StepCachesCommand.class,
      PointingGameCommand.class,
      CardsCommand.class
    })
public final class Main {
  private Main() {}

  /** Runs one command and exits with its code: 0, 1 for a failure, 2 for wrong usage. */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    Restart.remember(args);
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler((e, _) -> {
          e.getCommandLine().getErr().println("zoetrope: " + oneLine(e));
          return CommandLine.ExitCode.USAGE;
        })
        .setExecutionExceptionHandler((e, command, _) -> {
          command.getErr().println("zoetrope: " + oneLine(e));
          return CommandLine.ExitCode.SOFTWARE;
        });
  }

  private static String oneLine(Exception e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return String.join(" ", message.lines().map(String::strip).toList());
  }

  /** Folder of the checkout, set by the launcher. */
  static Path home() {
    return Path.of(System.getProperty("zoetrope.home", "."));
  }
}
