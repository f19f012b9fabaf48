package io.zoetrope.tools.cli;

import io.zoetrope.media.Film;
import io.zoetrope.media.FilmProvenance;
import io.zoetrope.media.Fit;
import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.Provenance;
import io.zoetrope.pipeline.PipelineException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Joins clips to a film. */
@Command(
    name = "assemble",
    description =
        "Joins clips, one behind the other. Clips that are encoded alike are copied without "
            + "loss; others take the size and the frame rate of the first one and are encoded anew.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class AssembleCommand implements Callable<Integer> {
  private static final int MAX_RATE = 1000;
  private static final double MAX_FADE = 3600;

  @Parameters(paramLabel = "CLIP", arity = "1..*", description = "MP4 or GIF files, in order.")
  private List<Path> clips;

  @Option(
      names = "--crossfade",
      paramLabel = "F",
      defaultValue = "0",
      description =
          "Seconds in which each clip fades into the next; the film is so much shorter each time"
              + " (default: ${DEFAULT-VALUE}, a cut).")
  private double crossfade;

  @Option(
      names = "--fps",
      paramLabel = "N",
      description = "Frames a second of the film (default: the first clip's).")
  private Integer framesPerSecond;

  @Option(
      names = "--fit",
      paramLabel = "HOW",
      defaultValue = "cover",
      description =
          "What becomes of clips of another shape than the first one: cover (cut off what stands out),"
              + " contain (bars beside them) or stretch (default: ${DEFAULT-VALUE}).")
  private Fit fit;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      defaultValue = "film.mp4",
      description =
          "film.mp4, film.gif, or film.png-folder for a folder of PNG frames (default:"
              + " ${DEFAULT-VALUE}).")
  private String output;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (!(crossfade >= 0 && crossfade <= MAX_FADE)) {
      throw new PipelineException(
          "--crossfade %s is outside 0 to %.0f".formatted(crossfade, MAX_FADE));
    }
    if (framesPerSecond != null && (framesPerSecond < 1 || framesPerSecond > MAX_RATE)) {
      throw new PipelineException(
          "--fps %d is outside 1 to %d".formatted(framesPerSecond, MAX_RATE));
    }
    MediaWriter writer = MediaWriter.open(output);
    requireApart(writer.target());
    int given = framesPerSecond == null ? 0 : framesPerSecond;
    Film film =
        Film.of(clips.stream().map(Film.Part::whole).toList(), given, fit).crossfaded(crossfade);
    writer.check(film.width(), film.height(), film.frames(), film.framesPerSecond());
    Provenance provenance = FilmProvenance.of(film);
    PrintWriter err = spec.commandLine().getErr();
    film.notes().forEach(err::println);
    writer.write(film, provenance);
    FilmJob.report(film, output, err);
    return 0;
  }

  /** The film takes the place of what had its name. */
  private void requireApart(Path target) {
    for (Path clip : clips) {
      if (clip.toAbsolutePath().normalize().equals(target)) {
        throw new PipelineException(
            "%s would be written over a clip that it is made of; choose another name"
                .formatted(output));
      }
    }
  }
}
