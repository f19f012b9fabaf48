package io.zoetrope.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Words for what went wrong with a file. */
public final class FileErrors {
  private FileErrors() {}

  /** One line without the file's name. */
  public static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "no such file or folder";
      case AccessDeniedException _ -> "permission denied";
      case FileSystemException f when f.getReason() != null -> f.getReason();
      // Only the first line: Jackson adds the position in the text on a second one.
      default ->
          Printable.escape(String.valueOf(e.getMessage()).lines().findFirst().orElse(e.toString()));
    };
  }
}
