package io.zoetrope.tools.cli;

import io.zoetrope.files.Printable;
import io.zoetrope.media.Provenance;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints where a clip comes from. */
@Command(
    name = "info",
    description = "Prints the provenance that an output carries: model, prompt, seed, settings.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class InfoCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "An MP4, GIF or PNG, or a folder of frames.")
  private Path file;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Provenance.read(file).toPrettyJson().lines().map(Printable::escape).forEach(out::println);
    return 0;
  }
}
