package io.zoetrope.tools.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.zoetrope.pipeline.PipelineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Collects results over time, one JSON object on each line, with the machine and the commit that
 * they are of.
 *
 * @param file created when it doesn't exist, in a folder that exists
 * @param home folder of the checkout
 */
public record ResultsFile(Path file, Path home) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Appends one result.
   *
   * @throws PipelineException if the file cannot be written
   */
  public void append(Map<String, Object> result) {
    Map<String, Object> line = new LinkedHashMap<>(Machine.describe(home));
    line.putAll(result);
    try {
      Files.writeString(
          file,
          JSON.writeValueAsString(line) + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new PipelineException(
          "%s: the result cannot be appended: %s; choose another file"
              .formatted(file, e.getClass().getSimpleName()),
          e);
    }
  }
}
