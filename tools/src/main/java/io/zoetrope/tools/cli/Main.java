package io.zoetrope.tools.cli;

import java.io.PrintWriter;
import java.util.concurrent.CancellationException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line, {@code ./zoetrope}. */
@Command(
    name = "zoetrope",
    description = "Runs video diffusion transformers.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      GenerateCommand.class,
      ParityCommand.class,
      InspectCommand.class,
      InfoCommand.class
    })
public final class Main {
  /** Ctrl-C waits this long for the job to end by itself; a single operation is rarely longer. */
  private static final long STOP_MILLIS = 20_000;

  private static final int EXIT_FAILED = 1;
  private static final int EXIT_STOPPED = 130;

  private Main() {}

  /** Runs one command and exits with its code: 0, 1 for a failure, 2 for wrong usage. */
  public static void main(String[] args) {
    Thread job = Thread.currentThread();
    Thread stop =
        new Thread(() -> {
          job.interrupt();
          try {
            job.join(STOP_MILLIS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    Runtime.getRuntime().addShutdownHook(stop);
    PrintWriter err = new PrintWriter(System.err, true);
    int code = runWithin(err, args);
    if (code == EXIT_STOPPED) {
      return; // The virtual machine is going down already; this thread only has to end.
    }
    Runtime.getRuntime().removeShutdownHook(stop);
    System.exit(code);
  }

  /** Memory that runs out is bad luck, not a defect: one line as well. */
  private static int runWithin(PrintWriter err, String[] args) {
    try {
      return run(new PrintWriter(System.out, true), err, args);
    } catch (OutOfMemoryError e) {
      err.println(
          "zoetrope: out of memory (%s): use a smaller size, fewer frames or --vae-tiling; 'zoetrope inspect' says what a job needs"
              .formatted(e.getMessage()));
      return EXIT_FAILED;
    }
  }

  /** Runs one command and returns its exit code. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    return new CommandLine(new Main())
        .setOut(out)
        .setErr(err)
        // A prompt may begin with @ and must not name a file to read arguments from.
        .setExpandAtFiles(false)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Main::wrongUsage)
        .setExecutionExceptionHandler(Main::failed)
        .execute(args);
  }

  private static int wrongUsage(CommandLine.ParameterException e, String[] args) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    e.getCommandLine().getErr().println(oneLine(e) + " (see '" + command + " --help')");
    return CommandLine.ExitCode.USAGE;
  }

  private static int failed(Exception e, CommandLine command, CommandLine.ParseResult args) {
    if (e instanceof CancellationException) {
      command.getErr().println("zoetrope: stopped; nothing was written");
      return EXIT_STOPPED;
    }
    command.getErr().println(oneLine(e));
    if (System.getenv("ZOETROPE_STACK_TRACES") != null) {
      e.printStackTrace(command.getErr());
    }
    return EXIT_FAILED;
  }

  /** What went wrong, on one line. */
  private static String oneLine(Exception e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return "zoetrope: " + String.join(" ", message.lines().map(String::strip).toList());
  }
}
