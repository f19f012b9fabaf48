package io.zoetrope.tools.cli;

import io.zoetrope.files.FileErrors;
import io.zoetrope.files.OutputFile;
import io.zoetrope.pipeline.PipelineException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Where {@code --html} writes a page.
 *
 * @param file null where the option was not given
 */
record PageFile(Path file) {
  private static final String OPTION = "--html";

  /**
   * Checks before the work that the file can be written behind it.
   *
   * @throws PipelineException that says why it cannot
   */
  void requireWritable() {
    if (file != null) {
      new SideOutput(OPTION, file, (_, _, _) -> 0).requireWritable();
    }
  }

  /** Writes the page, if it was asked for, and says so. */
  void write(Supplier<String> page, PrintWriter err) {
    if (file == null) {
      return;
    }
    try {
      OutputFile.write(file, temporary -> Files.writeString(temporary, page.get()));
    } catch (IOException e) {
      throw new PipelineException(
          "%s %s cannot be written: %s".formatted(OPTION, file, FileErrors.reason(e)), e);
    }
    err.println("wrote " + file);
  }
}
