package io.zoetrope.media;

import io.zoetrope.files.FileErrors;
import io.zoetrope.files.OutputFile;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Writes clips to one place; the container follows from the name. A file is there whole or not at
 * all.
 */
public abstract sealed class MediaWriter
    permits Mp4Writer, GifWriter, PngFolderWriter, PngSheetWriter {
  private static final String FOLDER_EXTENSION = ".png-folder";

  private final Path target;

  MediaWriter(Path target) {
    this.target = target;
  }

  /**
   * The writer for an output name: {@code .mp4} (H.264), {@code .gif}, or a folder of PNG frames
   * for a name that ends in {@code .png-folder} or {@code /}. Refuses a place that can't be written
   * to, so that a long job fails before it starts, and begins to load the native libraries behind
   * its back.
   *
   * @throws MediaException if there is no extension or another one, the folder around it is missing
   *     or read-only, or something that isn't to be overwritten has that name
   */
  public static MediaWriter open(String output) {
    Path target = target(output, "out.mp4");
    String extension = output.endsWith("/") ? FOLDER_EXTENSION : extension(target);
    MediaWriter writer =
        switch (extension) {
          case ".mp4" -> new Mp4Writer(target);
          case ".gif" -> new GifWriter(target);
          case FOLDER_EXTENSION -> new PngFolderWriter(target);
          case "" ->
              throw new MediaException(
                  "cannot write %s: the name has no extension; use %s.mp4, %s.gif, or %s.png-folder for a folder of PNG frames"
                      .formatted(output, output, output, output));
          default ->
              throw new MediaException(
                  "cannot write %s: the extension %s isn't supported; use .mp4, .gif, or .png-folder for a folder of PNG frames"
                      .formatted(output, extension));
        };
    writer.obstacle().ifPresent(obstacle -> refuse(output, obstacle));
    return writer;
  }

  /**
   * The writer for a clip to be looked at on the way: {@code .gif}, or {@code .png} for one picture
   * with all frames in it.
   *
   * @throws MediaException as {@link #open} does
   */
  public static MediaWriter openPreview(String output) {
    Path target = target(output, "preview.png");
    MediaWriter writer =
        switch (extension(target)) {
          case ".gif" -> new GifWriter(target);
          case ".png" -> new PngSheetWriter(target);
          default ->
              throw new MediaException(
                  "cannot write %s: a preview is a .gif, or a .png with all frames in one picture"
                      .formatted(output));
        };
    writer.obstacle().ifPresent(obstacle -> refuse(output, obstacle));
    return writer;
  }

  private static Path target(String output, String example) {
    Path target;
    try {
      target = Path.of(output).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw new MediaException(
          "cannot write %s: %s; choose another name".formatted(output, e.getReason()), e);
    }
    if (output.isBlank() || target.getParent() == null) {
      throw new MediaException(
          "cannot write '%s': name a file or folder, such as %s".formatted(output, example));
    }
    return target;
  }

  /** The end of a name from its last dot on, in small letters; empty if it has none. */
  private static String extension(Path target) {
    String name = target.getFileName().toString().toLowerCase(Locale.ROOT);
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "" : name.substring(dot);
  }

  /** Where the clip goes, as an absolute path. */
  public final Path target() {
    return target;
  }

  /**
   * Checks before a long job that its clip can be written: size and rate fit the container, there
   * is room for what such clips take, and the libraries, the encoder and a file really open.
   *
   * @param frames number of frames
   * @throws MediaException if not
   */
  public final void check(int width, int height, int frames, int framesPerSecond) {
    requireFit(width, height, framesPerSecond);
    OutputFile.spaceObstacle(target, expectedBytes(width, height, frames))
        .ifPresent(obstacle -> refuse(target.toString(), obstacle));
    try {
      OutputFile.rehearse(target, path -> begin(width, height, framesPerSecond, path));
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /** Bytes that a usual clip of this size takes. */
  public final long expectedBytes(int width, int height, int frames) {
    return (long) (3.0 * width * height * frames * bytesPerSample());
  }

  /**
   * Writes the clip under a temporary name beside the target, forces it to the disk and renames it.
   *
   * @throws MediaException if the clip doesn't fit the container or can't be written; nothing is
   *     left behind then, and what was there before is untouched
   */
  public final void write(FrameSequence frames, int framesPerSecond, Provenance provenance) {
    requireFit(frames.width(), frames.height(), framesPerSecond);
    write(temporary -> encode(frames, framesPerSecond, provenance, temporary));
  }

  /**
   * Writes a film as {@link #write(FrameSequence, int, Provenance)} does, without encoding its
   * clips anew if it {@link Film#isCopied} and the container takes them as they are.
   */
  public final void write(Film film, Provenance provenance) {
    requireFit(film.width(), film.height(), film.framesPerSecond());
    write(temporary -> encode(film, provenance, temporary));
  }

  private void write(OutputFile.Content content) {
    obstacle().ifPresent(obstacle -> refuse(target.toString(), obstacle));
    try {
      OutputFile.write(target, content, this::publish);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private void requireFit(int width, int height, int framesPerSecond) {
    String unfit =
        framesPerSecond < 1
            ? "the frame rate is at least 1, got " + framesPerSecond
            : unfit(width, height, framesPerSecond);
    if (unfit != null) {
      refuse(target.toString(), unfit);
    }
  }

  private MediaException failure(IOException e) {
    return new MediaException(
        "cannot write %s: %s; check that there is free space and that the folder can be written to"
            .formatted(target, FileErrors.reason(e)),
        e);
  }

  /** What about the clip this container can't hold and what to do, or null. */
  abstract String unfit(int width, int height, int framesPerSecond);

  /** Bytes that a usual clip takes for each of three samples of a pixel. */
  abstract double bytesPerSample();

  /** Opens all that {@link #encode} needs, and creates {@code path}. */
  abstract void begin(int width, int height, int framesPerSecond, Path path) throws IOException;

  /** Creates {@code path} with the whole clip. */
  abstract void encode(FrameSequence frames, int framesPerSecond, Provenance provenance, Path path)
      throws IOException;

  /** Creates {@code path} with a whole film. */
  void encode(Film film, Provenance provenance, Path path) throws IOException {
    encode(film, film.framesPerSecond(), provenance, path);
  }

  /** Why the target can't be created or replaced, and what to do; empty if it can. */
  Optional<String> obstacle() {
    return OutputFile.obstacle(target);
  }

  private static void refuse(String output, String obstacle) {
    throw new MediaException("cannot write %s: %s".formatted(output, obstacle));
  }

  /** Gives what {@link #encode} wrote its name. */
  void publish(Path temporary) throws IOException {
    OutputFile.rename(temporary, target);
  }
}
