package io.zoetrope.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Outputs that are there whole or not at all, and whether a place can be written to, to be found
 * out before a long job. An output is a file, or a folder of files.
 */
public final class OutputFile {
  /** A step in the making of an output. */
  @FunctionalInterface
  public interface Content {
    /** Creates {@code temporary}, which does not exist, or gives it its name. */
    void writeTo(Path temporary) throws IOException;
  }

  private OutputFile() {}

  /**
   * Writes under a temporary name, forces the content to the disk, and renames the file. Whatever
   * fails, nothing is left behind, and what was there before is untouched.
   */
  public static void write(Path file, Content content) throws IOException {
    write(file, content, temporary -> rename(temporary, file));
  }

  /**
   * Does what {@link #write(Path, Content)} does, and leaves the last step to the caller.
   *
   * @param publish gives what {@code content} wrote its name
   */
  public static void write(Path file, Content content, Content publish) throws IOException {
    Path temporary = PartialFiles.beside(file);
    try {
      content.writeTo(temporary);
      force(temporary);
      publish.writeTo(temporary);
    } finally {
      deleteQuietly(temporary);
    }
  }

  /** Begins to write as {@link #write} does, and throws it away. */
  public static void rehearse(Path file, Content content) throws IOException {
    Path temporary = PartialFiles.beside(file);
    try {
      content.writeTo(temporary);
    } finally {
      deleteQuietly(temporary);
    }
  }

  /** Renames at once: whoever looks sees the old file or the new one. */
  public static void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Why {@code file} can't be created or replaced, and what to do; empty if it can. */
  public static Optional<String> obstacle(Path file) {
    return occupant(file).or(() -> folderObstacle(file));
  }

  /**
   * Why nothing can be created beside {@code file}, and what to do; empty if it can. Creates a file
   * and deletes it, because permissions alone don't tell, and deletes what killed processes have
   * left there.
   */
  public static Optional<String> folderObstacle(Path file) {
    Path folder = folderOf(file);
    if (folder == null || !Files.isDirectory(folder)) {
      String what = folder != null && Files.exists(folder) ? "is not a folder" : "doesn't exist";
      return Optional.of("%s %s; create that folder or choose another".formatted(folder, what));
    }
    try {
      Path probe = Files.createFile(PartialFiles.beside(file.toAbsolutePath().normalize()));
      try {
        PartialFiles.clean(folder, probe);
      } finally {
        Files.delete(probe);
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(
          "no file can be created in %s: %s; choose another folder"
              .formatted(folder, FileErrors.reason(e)));
    }
  }

  /**
   * Why there is no room for {@code file}, and what to do; empty if there is, or if the system does
   * not say.
   *
   * @param bytes how many it will take
   */
  public static Optional<String> spaceObstacle(Path file, long bytes) {
    return new DiskRoom().obstacle(file, bytes);
  }

  /** Deletes a file, a link, or a folder of files, if it is there. */
  public static void deleteQuietly(Path path) {
    try {
      if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        try (Stream<Path> files = Files.list(path)) {
          files.forEach(OutputFile::deleteQuietly);
        }
      }
      Files.deleteIfExists(path);
    } catch (IOException _) {
      // Cleaning up comes after a failure that says more, or after a rename that left nothing.
    }
  }

  /** Some systems keep written data for seconds: a rename alone could survive a power cut. */
  private static void force(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      try (Stream<Path> files = Files.list(path)) {
        for (Path file : files.toList()) {
          force(file);
        }
      }
      try (FileChannel folder = FileChannel.open(path, StandardOpenOption.READ)) {
        folder.force(true);
      } catch (IOException _) {
        // Not every system opens folders; the content of the files is safe.
      }
    } else {
      try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
        file.force(true);
      }
    }
  }

  static Path folderOf(Path file) {
    return file.toAbsolutePath().normalize().getParent();
  }

  /** A rename would put a regular file in the place of a device, too. */
  private static Optional<String> occupant(Path file) {
    try {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      if (found.isRegularFile()) {
        return Optional.empty();
      }
      String what = found.isDirectory() ? "a folder" : "a device or pipe, not a file";
      return Optional.of("it is " + what + "; choose another name");
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(FileErrors.reason(e) + "; choose another name");
    }
  }
}
