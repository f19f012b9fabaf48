package io.zoetrope.tools.cli;

import io.zoetrope.VideoPipeline;
import io.zoetrope.files.FileErrors;
import io.zoetrope.media.Colour;
import io.zoetrope.media.Film;
import io.zoetrope.media.FilmProvenance;
import io.zoetrope.media.Fit;
import io.zoetrope.media.Fitting;
import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.PictureReader;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.tools.film.Shot;
import io.zoetrope.tools.film.ShotLength;
import io.zoetrope.tools.shot.Platform;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of a job that makes a film of shots, and the way from shots to the film. */
final class FilmJob {
  private static final int MAX_RATE = 1000;
  private static final int HASH_DIGITS = 12;

  @Mixin private JobOptions job;

  @Mixin private SamplingOptions sampling;

  @Mixin private ModelOptions model;

  @Option(
      names = "--fps",
      paramLabel = "N",
      description = "Frames a second at which the film plays (default: the model's own).")
  private Integer framesPerSecond;

  @Option(
      names = "--shots",
      paramLabel = "DIR",
      description =
          "Folder of the shots, which a later run takes from there if nothing about them has changed"
              + " (default: film.shots beside film.mp4).")
  private Path folder;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      defaultValue = "film.mp4",
      description =
          "film.mp4, film.gif, or film.png-folder for a folder of PNG frames (default:"
              + " ${DEFAULT-VALUE}).")
  private String output;

  /** What is done to images that nobody asked for. */
  private final Set<String> notes = new LinkedHashSet<>();

  /**
   * Makes the shots that are not there yet, and the film.
   *
   * @return the exit code
   */
  int run(List<Shot> shots, PrintWriter err) {
    if (framesPerSecond != null && (framesPerSecond < 1 || framesPerSecond > MAX_RATE)) {
      throw new PipelineException(
          "--fps %d is outside 1 to %d".formatted(framesPerSecond, MAX_RATE));
    }
    MediaWriter writer = MediaWriter.open(output);
    Path shotsFolder = folder == null ? beside(writer.target()) : folder;
    boolean isNew = create(shotsFolder);
    boolean isUsed = false;
    try (ClipSeries series =
        ClipSeries.open(
            model, pipeline -> clips(shots, pipeline, shotsFolder), this::rate, 1, err)) {
      isUsed = true;
      List<ShotLength> lengths = lengths(shots, series.model().pipeline());
      announce(series, lengths, writer, err);
      Film film = film(series.run(), lengths, rate(series.model().pipeline()));
      writer.write(film, FilmProvenance.of(film));
      report(film, output, err);
      return 0;
    } finally {
      if (isNew && !isUsed) {
        deleteEmpty(shotsFolder);
      }
    }
  }

  private void announce(
      ClipSeries series, List<ShotLength> lengths, MediaWriter writer, PrintWriter err) {
    ClipSize size = series.first().size();
    Platform.Rate rate = rate(series.model().pipeline());
    int frames = rate.repeats() * lengths.stream().mapToInt(ShotLength::shown).sum();
    writer.check(size.width(), size.height(), frames, rate.framesPerSecond());
    Optional<String> advice = job.platform().checkLength(frames, rate.framesPerSecond());
    series
        .model()
        .announce(
            err,
            ": %d shots of %dx%d, %s"
                .formatted(
                    lengths.size(),
                    size.width(),
                    size.height(),
                    seconds(frames, rate.framesPerSecond())));
    advice.ifPresent(sentence -> err.println("warning: " + sentence));
    notes.forEach(err::println);
    series.announce();
  }

  private static Film film(List<Path> files, List<ShotLength> lengths, Platform.Rate rate) {
    List<Film.Part> parts = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      ShotLength length = lengths.get(i);
      parts.add(
          new Film.Part(
              files.get(i), length.shown() * rate.repeats(), length.fade() * rate.repeats()));
    }
    return Film.of(parts, rate.framesPerSecond(), Fit.COVER);
  }

  /** Says what a film has become. */
  static void report(Film film, String output, PrintWriter err) {
    err.printf(
        "wrote %s: %d parts %s, %d frames, %s%n",
        output,
        film.parts().size(),
        film.isCopied() && output.endsWith(".mp4") ? "as they were encoded" : "encoded anew",
        film.frames(),
        seconds(film.frames(), film.framesPerSecond()));
    err.flush();
  }

  private static String seconds(int frames, int framesPerSecond) {
    return "%.2f s".formatted((double) frames / framesPerSecond);
  }

  // ---------------------------------------------------------------- shots

  private Platform.Rate rate(VideoPipeline pipeline) {
    return job.platform().rate(framesPerSecond, base(pipeline).get(Setting.FRAMES_PER_SECOND));
  }

  /** A request with what holds for all shots. */
  private GenerationRequest base(VideoPipeline pipeline) {
    return sampling.applyTo(job.applyTo(pipeline.request(""), pipeline.geometry()));
  }

  private List<ShotLength> lengths(List<Shot> shots, VideoPipeline pipeline) {
    Platform.Rate rate = rate(pipeline);
    return ShotLength.of(
        shots,
        rate.framesPerSecond() / rate.repeats(),
        base(pipeline).get(Setting.FRAMES),
        pipeline.geometry()::framesCovering);
  }

  private List<ClipSeries.Clip> clips(List<Shot> shots, VideoPipeline pipeline, Path shotsFolder) {
    List<ShotLength> lengths = lengths(shots, pipeline);
    GenerationRequest base = sized(base(pipeline), shots, pipeline);
    InputFiles files =
        new InputFiles(
            new Fitting(Fit.COVER, base.get(Setting.WIDTH), base.get(Setting.HEIGHT), Colour.BLACK),
            Colour.WHITE,
            null,
            rate(pipeline).framesPerSecond());
    int repeats = rate(pipeline).repeats();
    List<ClipSeries.Clip> clips = new ArrayList<>();
    for (int i = 0; i < shots.size(); i++) {
      ShotLength length = lengths.get(i);
      int number = i + 1;
      clips.add(
          new ClipSeries.Clip(
              "shot %d/%d".formatted(number, shots.size()),
              shots.get(i).place(),
              request(base, shots.get(i), length, files),
              length.continues() < 0 ? -1 : length.continues() * repeats,
              hash -> file(shotsFolder, number, hash)));
    }
    notes.addAll(files.notes());
    return clips;
  }

  /** In the shape of the first image, unless a size was given or the model has learned one. */
  private GenerationRequest sized(
      GenerationRequest base, List<Shot> shots, VideoPipeline pipeline) {
    Optional<Path> image = shots.stream().flatMap(shot -> shot.image().stream()).findFirst();
    if (image.isEmpty() || job.hasSize() || pipeline.makesOneSize()) {
      return base;
    }
    VideoFrames shape = PictureReader.picture(image.get());
    return base.with(pipeline.geometry().inShapeOf(base.size(), shape.width(), shape.height()));
  }

  private static GenerationRequest request(
      GenerationRequest base, Shot shot, ShotLength length, InputFiles files) {
    String negativePrompt = shot.negativePrompt();
    GenerationRequest request =
        base.with(Setting.PROMPT, shot.prompt().compose())
            .with(
                Setting.NEGATIVE_PROMPT,
                negativePrompt.isBlank() ? base.get(Setting.NEGATIVE_PROMPT) : negativePrompt)
            .with(Setting.SEED, shot.seed().orElse(base.get(Setting.SEED)))
            .with(Setting.FRAMES, length.made());
    return shot.image()
        .map(image -> request.with(Input.Image.first(files.picture(image))))
        .orElse(request);
  }

  // ---------------------------------------------------------------- files

  /** {@code film.shots} for {@code film.mp4}. */
  private static Path beside(Path target) {
    String name = target.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return target.resolveSibling((dot < 0 ? name : name.substring(0, dot)) + ".shots");
  }

  /** Whether the folder had to be made. */
  private static boolean create(Path folder) {
    if (Files.isDirectory(folder)) {
      return false;
    }
    try {
      Files.createDirectory(folder);
      return true;
    } catch (IOException e) {
      throw new PipelineException(
          "cannot make the folder %s for the shots: %s".formatted(folder, FileErrors.reason(e)), e);
    }
  }

  private static void deleteEmpty(Path folder) {
    try {
      Files.delete(folder);
    } catch (IOException _) {
      // Somebody else has put something into it.
    }
  }

  /** The file of a shot, which may have had another number when it was made. */
  private static Path file(Path folder, int number, String hash) {
    String end = "-%s.mp4".formatted(hash.substring(0, HASH_DIGITS));
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().endsWith(end))
          .findFirst()
          .orElseGet(() -> folder.resolve("shot-%02d%s".formatted(number, end)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
