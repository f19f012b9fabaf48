package io.zoetrope.tools.cli;

import io.zoetrope.tools.film.StoryboardReader;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a film of shots that a file describes. */
@Command(
    name = "storyboard",
    description =
        "Makes a film of the shots that a YAML file lists; docs/films.md has its keys. A shot "
            + "that was made before, and of which nothing has changed, is not made again.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class StoryboardCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "YAML file with the shots.")
  private Path file;

  @Mixin private FilmJob film;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    return film.run(StoryboardReader.read(file), spec.commandLine().getErr());
  }
}
