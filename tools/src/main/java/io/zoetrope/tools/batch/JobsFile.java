package io.zoetrope.tools.batch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.files.FileErrors;
import io.zoetrope.server.api.ApiException;
import io.zoetrope.server.api.Fields;
import io.zoetrope.server.api.Json;
import io.zoetrope.server.model.Limits;
import io.zoetrope.server.model.VideoRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A file with a request of the server on each line. A line that cannot be read does not keep the
 * others from being run.
 *
 * @param jobs one for each request; a request that stands there twice is run once
 * @param broken lines that are none, and why
 * @param repeated how many lines say what another one says
 */
public record JobsFile(List<BatchJob> jobs, List<BatchOutcome> broken, int repeated) {
  private static final int MOST_LINES = 1_000_000;

  /** The seed of {@code generate}, so that both make the same clip of the same request. */
  private static final long SEED = 42;

  /**
   * Reads a file.
   *
   * @param models that requests may name
   * @throws BatchException if it cannot be read, or has no line
   */
  public static JobsFile read(Path file, BatchModels models) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new BatchException("%s: %s".formatted(file, FileErrors.reason(e)), e);
    }
    List<BatchOutcome> broken = new ArrayList<>();
    Map<String, BatchJob> jobs = new LinkedHashMap<>();
    int repeated = 0;
    int number = 0;
    int start = 0;
    while (start < bytes.length) {
      int end = start;
      while (end < bytes.length && bytes[end] != '\n') {
        end++;
      }
      number++;
      if (number > MOST_LINES) {
        throw new BatchException("%s: more than %d lines: split it".formatted(file, MOST_LINES));
      }
      byte[] line = Arrays.copyOfRange(bytes, start, end);
      start = end + 1;
      if (isBlank(line)) {
        continue;
      }
      try {
        BatchJob job = job(number, line, models);
        if (jobs.putIfAbsent(job.name(), job) != null) {
          repeated++;
        }
      } catch (ApiException e) {
        BatchJob none = new BatchJob(number, "", "");
        broken.add(BatchOutcome.failed(none, e.parameter(), e.getMessage(), 0));
      }
    }
    if (jobs.isEmpty() && broken.isEmpty()) {
      throw new BatchException("%s has no line: put a request on each".formatted(file));
    }
    return new JobsFile(List.copyOf(jobs.values()), List.copyOf(broken), repeated);
  }

  private static boolean isBlank(byte[] line) {
    for (byte character : line) {
      if (character != ' ' && character != '\t' && character != '\r') {
        return false;
      }
    }
    return true;
  }

  /**
   * A job of a request.
   *
   * @param number of the line
   * @throws ApiException that names what is wrong with it
   */
  static BatchJob job(int number, byte[] line, BatchModels models) {
    requireText(line);
    ObjectNode request = Json.parse(null, line);
    if (!request.has("seed")) {
      request.put("seed", SEED);
    }
    VideoRequest asked = VideoRequest.read(Fields.of(request.deepCopy()), Limits.DEFAULT);
    String model = models.identity(models.required(asked.model()));
    String text = Json.text(request);
    return new BatchJob(number, OutputName.of(asked.prompt(), text, model), text);
  }

  private static void requireText(byte[] line) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line));
    } catch (CharacterCodingException e) {
      throw ApiException.malformed(null, "malformed JSON: it is not UTF-8");
    }
  }
}
