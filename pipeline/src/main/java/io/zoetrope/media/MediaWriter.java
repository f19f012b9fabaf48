package io.zoetrope.media;

import io.zoetrope.files.FileErrors;
import io.zoetrope.files.OutputFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * Writes clips to one place; the container follows from the name. A file is there whole or not at
 * all.
 */
public abstract sealed class MediaWriter permits Mp4Writer, GifWriter, PngFolderWriter {
  private final Path target;

  MediaWriter(Path target) {
    this.target = target;
  }

  /**
   * The writer for an output name: {@code .mp4} (H.264), {@code .gif}, or a folder of PNG frames
   * for a name that ends in {@code .png-folder} or {@code /} or has no extension. Refuses a place
   * that can't be written to, so that a long job fails before it starts, and begins to load the
   * native libraries behind its back.
   *
   * @throws MediaException if the extension is another one, the folder around it is missing or
   *     read-only, or something that isn't to be overwritten has that name
   */
  public static MediaWriter open(String output) {
    Path target;
    try {
      target = Path.of(output).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw new MediaException(
          "cannot write %s: %s; choose another name".formatted(output, e.getReason()), e);
    }
    Path parent = target.getParent();
    if (output.isBlank() || parent == null) {
      throw new MediaException(
          "cannot write '%s': name a file or folder, such as out.mp4".formatted(output));
    }
    String name = target.getFileName().toString().toLowerCase(Locale.ROOT);
    int dot = name.lastIndexOf('.');
    String extension = output.endsWith("/") || dot < 0 ? ".png-folder" : name.substring(dot);
    MediaWriter writer =
        switch (extension) {
          case ".mp4" -> new Mp4Writer(target);
          case ".gif" -> new GifWriter(target);
          case ".png-folder" -> new PngFolderWriter(target);
          default ->
              throw new MediaException(
                  "cannot write %s: the extension %s isn't supported; use .mp4, .gif, or .png-folder for a folder of PNG frames"
                      .formatted(output, extension));
        };
    writer.obstacle().ifPresent(obstacle -> refuse(output, obstacle));
    return writer;
  }

  /** Where the clip goes, as an absolute path. */
  public final Path target() {
    return target;
  }

  /**
   * Whether clips of this size and rate fit the container, to be asked before a long job.
   *
   * @throws MediaException if not
   */
  public final void check(int width, int height, int framesPerSecond) {
    String unfit =
        framesPerSecond < 1
            ? "the frame rate is at least 1, got " + framesPerSecond
            : unfit(width, height, framesPerSecond);
    if (unfit != null) {
      throw new MediaException("cannot write " + target + ": " + unfit);
    }
  }

  /**
   * Writes the clip under a temporary name beside the target and renames it.
   *
   * @throws MediaException if the clip doesn't fit the container or can't be written; nothing is
   *     left behind then, and what was there before is untouched
   */
  public final void write(VideoFrames frames, int framesPerSecond, Provenance provenance) {
    check(frames.width(), frames.height(), framesPerSecond);
    obstacle().ifPresent(obstacle -> refuse(target.toString(), obstacle));
    Path temporary = temporarySibling();
    try {
      encode(frames, framesPerSecond, provenance, temporary);
      publish(temporary);
    } catch (IOException e) {
      throw new MediaException(
          "cannot write %s: %s; check that there is free space and that the folder can be written to"
              .formatted(target, FileErrors.reason(e)),
          e);
    } finally {
      deleteQuietly(temporary);
    }
  }

  /** What about the clip this container can't hold and what to do, or null. */
  abstract String unfit(int width, int height, int framesPerSecond);

  /** Creates {@code path} with the whole clip. */
  abstract void encode(VideoFrames frames, int framesPerSecond, Provenance provenance, Path path)
      throws IOException;

  /** Why the target can't be created or replaced, and what to do; empty if it can. */
  Optional<String> obstacle() {
    return OutputFile.obstacle(target);
  }

  private static void refuse(String output, String obstacle) {
    throw new MediaException("cannot write %s: %s".formatted(output, obstacle));
  }

  /** Gives what {@link #encode} wrote its name. */
  void publish(Path temporary) throws IOException {
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
  }

  /** A free name in the folder of the target. */
  final Path temporarySibling() {
    long random = ThreadLocalRandom.current().nextLong();
    return target.resolveSibling(".zoetrope-%016x.partial".formatted(random));
  }

  /** Deletes a file or a folder of files, if it is there. */
  static void deleteQuietly(Path path) {
    try {
      if (Files.isDirectory(path)) {
        try (Stream<Path> files = Files.list(path)) {
          files.forEach(MediaWriter::deleteQuietly);
        }
      }
      Files.deleteIfExists(path);
    } catch (IOException _) {
      // Cleaning up comes after a failure that says more, or after a rename that left nothing.
    }
  }
}
