package io.zoetrope.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.UUID;

/**
 * Files that are there whole or not at all, and whether a place can be written to, to be found out
 * before a long job.
 */
public final class OutputFile {
  /** Creates a file with its whole content. */
  @FunctionalInterface
  public interface Content {
    /** Creates {@code file}, which does not exist. */
    void writeTo(Path file) throws IOException;
  }

  private OutputFile() {}

  /**
   * Writes under a temporary name and renames the file when it is complete; nothing is left behind
   * otherwise.
   */
  public static void write(Path file, Content content) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      content.writeTo(temporary);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Why {@code file} can't be created or replaced, and what to do; empty if it can. */
  public static Optional<String> obstacle(Path file) {
    return occupant(file).or(() -> folderObstacle(file));
  }

  /**
   * Why nothing can be created beside {@code file}, and what to do; empty if it can. Creates a file
   * and deletes it, because permissions alone don't tell.
   */
  public static Optional<String> folderObstacle(Path file) {
    Path folder = file.toAbsolutePath().normalize().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      String what = folder != null && Files.exists(folder) ? "is not a folder" : "doesn't exist";
      return Optional.of("%s %s; create that folder or choose another".formatted(folder, what));
    }
    Path probe = folder.resolve(".zoetrope-" + UUID.randomUUID() + ".partial");
    try {
      Files.createFile(probe);
      Files.delete(probe);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(
          "no file can be created in %s: %s; choose another folder"
              .formatted(folder, FileErrors.reason(e)));
    }
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
