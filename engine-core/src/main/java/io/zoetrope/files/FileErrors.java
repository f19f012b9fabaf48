package io.zoetrope.files;

import com.fasterxml.jackson.core.JacksonException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** Words for what went wrong with a file. */
public final class FileErrors {
  private FileErrors() {}

  /** One line without the file's name. */
  public static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "no such file or folder";
      case AccessDeniedException _ -> "permission denied";
      case FileSystemException f when f.getReason() != null -> f.getReason();
      case JacksonException j -> Printable.escape(reason(j));
      case EOFException f when f.getMessage() == null -> "ended too early";
      default ->
          Printable.escape(
              Optional.ofNullable(e.getMessage())
                  .flatMap(message -> message.lines().findFirst())
                  .orElse(e.getClass().getSimpleName()));
    };
  }

  /** Jackson adds its own positions and the names of its methods, which say nothing to users. */
  private static String reason(JacksonException e) {
    return String.valueOf(e.getOriginalMessage())
        .lines()
        .findFirst()
        .orElse(e.toString())
        .replaceAll("\\[Source: [^;]*; (line: \\d+)[^]]*]", "$1")
        .replaceAll(", from `[^`]*`\\)", ")");
  }
}
