package io.zoetrope.weights;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Words for what went wrong with a file, and for names that come out of one. */
public final class FileErrors {
  private static final int LONGEST_NAME = 120;

  private FileErrors() {}

  /** One line without the file's name. */
  public static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "no such file or folder";
      case AccessDeniedException _ -> "permission denied";
      case FileSystemException f when f.getReason() != null -> f.getReason();
      // Only the first line: Jackson adds the position in the text on a second one.
      default -> String.valueOf(e.getMessage()).lines().findFirst().orElse(e.toString());
    };
  }

  /** A name from a file, fit for one line of an error: no control characters, not too long. */
  public static String quote(String name) {
    String shown = name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + "...";
    return "'" + shown.replaceAll("\\p{Cntrl}", "\uFFFD") + "'";
  }
}
