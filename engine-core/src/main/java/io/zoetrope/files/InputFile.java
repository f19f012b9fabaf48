package io.zoetrope.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Opens files that somebody named: regular files only, since a pipe would wait for ever and a
 * device has no end. Links are followed. All methods throw exceptions for which {@link
 * FileErrors#reason} has words.
 */
public final class InputFile {
  private InputFile() {}

  /**
   * Checks that there is a regular file.
   *
   * @throws IOException if there is none, if it is something else, or if it is a link to nothing
   */
  public static void requireRegular(Path file) throws IOException {
    BasicFileAttributes found;
    try {
      found = Files.readAttributes(file, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      if (Files.isSymbolicLink(file)) {
        Path target = Files.readSymbolicLink(file);
        throw refusal(
            file,
            "it is a link to %s, which does not exist"
                .formatted(Printable.quote(target.toString())));
      }
      throw e;
    }
    if (!found.isRegularFile()) {
      throw refusal(
          file, found.isDirectory() ? "it is a folder" : "it is a pipe or a device, not a file");
    }
  }

  /** Whether something has that name, be it a link to nothing. */
  public static boolean isThere(Path file) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * The bytes of a file.
   *
   * @param limit how many there may be at most
   * @throws IOException if it cannot be read, is no regular file, or is larger
   */
  public static byte[] readAll(Path file, int limit) throws IOException {
    requireRegular(file);
    long size = Files.size(file);
    if (size <= limit) {
      try (InputStream in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes(limit);
        if (bytes.length < limit || in.read() < 0) {
          return bytes;
        }
      }
    }
    throw refusal(
        file, "it is larger than the %s that such a file may have".formatted(readable(limit)));
  }

  /** A channel that reads a regular file. */
  public static FileChannel open(Path file) throws IOException {
    requireRegular(file);
    return FileChannel.open(file, StandardOpenOption.READ);
  }

  private static String readable(int bytes) {
    return bytes >= 1 << 20 ? (bytes >> 20) + " MiB" : bytes + " bytes";
  }

  private static FileSystemException refusal(Path file, String reason) {
    return new FileSystemException(file.toString(), null, reason);
  }
}
