package io.zoetrope.tools.cli;

import io.zoetrope.files.ExpectedException;
import io.zoetrope.files.FileErrors;
import io.zoetrope.files.Printable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line, {@code ./zoetrope}. */
@Command(
    name = "zoetrope",
    description = "Runs video diffusion transformers.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    footer = {
      "",
      "Exit codes: 0 success, 1 failure, 2 wrong usage, 3 parity: nothing failed, but some was not"
          + " run, 130 stopped by Ctrl-C.",
      "Environment: ZOETROPE_JAVA_HOME names the JDK to use, ZOETROPE_JAVA_OPTIONS options for it"
          + " such as -Xmx8g; with ZOETROPE_STACK_TRACES a failure shows where it happened."
    })
public final class Main {
  private static final List<Class<?>> COMMANDS =
      List.of(
          GenerateCommand.class,
          StoryboardCommand.class,
          ProductCommand.class,
          AssembleCommand.class,
          ContactSheetCommand.class,
          PromptCommand.class,
          ServeCommand.class,
          GuidanceWorkerCommand.class,
          ExtendCommand.class,
          UpscaleCommand.class,
          InterpolateCommand.class,
          ExplainCommand.class,
          ProfileCommand.class,
          KernelCommand.class,
          ParityCommand.class,
          CompareCommand.class,
          InspectCommand.class,
          LatentColoursCommand.class,
          PullCommand.class,
          ModelsCommand.class,
          ConvertCommand.class,
          BenchCommand.class,
          InfoCommand.class,
          BatchCommand.class,
          SweepCommand.class,
          DecodeCommand.class,
          SelftestCommand.class);

  /**
   * A signal waits this long for the job to end by itself. A single operation can take longer, but
   * what writes and deletes files doesn't.
   */
  private static final long STOP_SECONDS = 5;

  /** What is still done when a signal came and the job does not end by itself. */
  private static volatile Runnable lastWords = () -> {};

  private static final int EXIT_FAILED = 1;
  private static final int EXIT_STOPPED = 130;

  Main() {}

  /** Runs one command and exits with its code: 0, 1 for a failure, 2 for wrong usage. */
  public static void main(String[] args) {
    // Numbers look the same everywhere, also to programs that read them.
    Locale.setDefault(Locale.ROOT);
    StandardStreams.takeErrorFromLauncher();
    Restart.remember(args);
    CountDownLatch finished = new CountDownLatch(1);
    stopOnSignal(Thread.currentThread(), finished);
    int code = runWithin(new PrintWriter(System.err, true), args);
    finished.countDown();
    // After a signal this waits for the virtual machine, which exits with the signal's code.
    System.exit(code);
  }

  private static void stopOnSignal(Thread job, CountDownLatch finished) {
    Thread stop =
        new Thread(() -> {
          if (finished.getCount() == 0) {
            // What the virtual machine does at its end, on that thread, must not be interrupted.
            return;
          }
          job.interrupt();
          try {
            if (!finished.await(STOP_SECONDS, TimeUnit.SECONDS)) {
              lastWords.run();
              System.err.println("zoetrope: stopped");
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    try {
      Runtime.getRuntime().addShutdownHook(stop);
    } catch (IllegalStateException _) {
      // The signal came before: the virtual machine is going down already.
      job.interrupt();
    }
  }

  /**
   * Says what is to be done, on another thread, when a signal came and the job does not end by
   * itself, because an operation takes long.
   */
  static void beforeStop(Runnable words) {
    lastWords = words;
  }

  /** Memory or a disk that fails is bad luck, not a defect: one line as well. */
  private static int runWithin(PrintWriter err, String[] args) {
    var out = new StandardStreams.Output();
    try {
      int code = run(out.writer(), err, args);
      out.requireWritten();
      return code;
    } catch (IOException e) {
      err.println("zoetrope: cannot write to standard output: " + e.getMessage());
    } catch (OutOfMemoryError e) {
      err.println(
          "zoetrope: out of memory (%s): use a smaller size, fewer frames, --vae-tiling or --device cpu,conv=implicit-gemm; 'zoetrope inspect' says what a job needs"
              .formatted(e.getMessage()));
    } catch (Error e) {
      BugReport.print(err, e);
    }
    return EXIT_FAILED;
  }

  /** Runs one command and returns its exit code. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    CommandLine main =
        commandLine(args)
            .setOut(out)
            .setErr(err)
            // A prompt may begin with @ and must not name a file to read arguments from.
            .setExpandAtFiles(false)
            // Text may begin with a dash: -oversaturated is no output file, -Vivid no --version.
            .setAllowOptionsAsOptionParameters(true)
            .setPosixClusteredShortOptionsAllowed(false)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setParameterExceptionHandler(Main::wrongUsage)
            .setExecutionExceptionHandler(Main::failed);
    return main.execute(DashedText.last(main, args));
  }

  /**
   * The command line with the command that the arguments name, or with all where they name none: to
   * read the options of a command takes as long as some of its jobs' steps.
   */
  static CommandLine commandLine(String... args) {
    String name = args.length == 0 ? "" : args[0];
    CommandLine main = new CommandLine(new Main());
    COMMANDS.stream()
        .filter(command -> command.getAnnotation(Command.class).name().equals(name))
        .findFirst()
        .ifPresentOrElse(main::addSubcommand, () -> addAll(main));
    return main;
  }

  private static void addAll(CommandLine main) {
    COMMANDS.forEach(main::addSubcommand);
    main.addSubcommand(AutoComplete.GenerateCompletion.class);
  }

  private static int wrongUsage(CommandLine.ParameterException e, String[] args) {
    if (args.length == 0) {
      e.getCommandLine().usage(e.getCommandLine().getErr());
      return CommandLine.ExitCode.USAGE;
    }
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    String problem =
        e instanceof CommandLine.UnmatchedArgumentException unmatched
            ? oneLine(DidYouMean.sentence(unmatched))
            : oneLine(e);
    e.getCommandLine().getErr().println(problem + " (see '" + command + " --help')");
    return CommandLine.ExitCode.USAGE;
  }

  static int failed(Exception e, CommandLine command, CommandLine.ParseResult args) {
    // Files that are read when the interrupt comes fail with an error of their own.
    if (e instanceof CancellationException || Thread.interrupted()) {
      command.getErr().println("zoetrope: stopped");
      return EXIT_STOPPED;
    }
    if (isExpected(e)) {
      command.getErr().println(oneLine(e));
      if (System.getenv("ZOETROPE_STACK_TRACES") != null) {
        e.printStackTrace(command.getErr());
      }
    } else {
      BugReport.print(command.getErr(), e);
    }
    return EXIT_FAILED;
  }

  /** Whether it is something that a user can mend, and no defect. */
  private static boolean isExpected(Exception e) {
    return e instanceof ExpectedException
        || e instanceof IOException
        || e instanceof UncheckedIOException;
  }

  /** What went wrong, on one line; names from files must not steer the terminal. */
  static String oneLine(Exception e) {
    if (e instanceof FileSystemException file && file.getFile() != null) {
      return oneLine(file.getFile() + ": " + FileErrors.reason(file));
    }
    return oneLine(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
  }

  private static String oneLine(String message) {
    return "zoetrope: " + Printable.line(message);
  }
}
