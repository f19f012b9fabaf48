package io.zoetrope.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zoetrope.pipeline.PipelineException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The reference implementation in a Python process, which {@code diffusers_peer.py} drives. */
final class Diffusers implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final BufferedReader answers;
  private final Path errors;
  private final long timeoutSeconds;
  private long peakMemory;

  /**
   * Starts the process and waits until it is ready.
   *
   * @param python interpreter that can import torch and diffusers
   * @param script the driver
   * @param timeoutSeconds how long one answer may take
   * @throws PipelineException if it cannot be started, ends, or takes longer
   */
  Diffusers(
      String python,
      Path script,
      String job,
      Path model,
      Map<String, Object> settings,
      long timeoutSeconds) {
    this.timeoutSeconds = timeoutSeconds;
    try {
      errors = Files.createTempFile("diffusers", ".log");
      List<String> command =
          List.of(
              python, script.toString(), job, model.toString(), JSON.writeValueAsString(settings));
      process = new ProcessBuilder(command).redirectError(Redirect.to(errors.toFile())).start();
    } catch (IOException e) {
      throw new PipelineException(
          "'%s' cannot be started: %s".formatted(python, e.getMessage()), e);
    }
    answers = process.inputReader(StandardCharsets.UTF_8);
    try {
      answer();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Does the job once and returns the seconds that it took. */
  double run() {
    try {
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new PipelineException("diffusers ended: " + lastError(), e);
    }
    return result();
  }

  /** The seconds of the next run; one that was not asked for with {@link #run}. */
  double result() {
    JsonNode answer = answer();
    peakMemory = answer.path("peak_memory_bytes").longValue();
    return answer.path("seconds").doubleValue();
  }

  /** Waits until the process has ended. */
  void await() {
    try {
      process.waitFor(timeoutSeconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PipelineException("interrupted", e);
    }
  }

  OptionalLong peakMemory() {
    return peakMemory == 0 ? OptionalLong.empty() : OptionalLong.of(peakMemory);
  }

  private JsonNode answer() {
    try {
      String line =
          CompletableFuture.supplyAsync(this::readLine).get(timeoutSeconds, TimeUnit.SECONDS);
      if (line == null) {
        throw new PipelineException("diffusers ended: " + lastError());
      }
      return JSON.readTree(line);
    } catch (TimeoutException e) {
      throw new PipelineException(
          "diffusers gave no answer in %d s; raise --timeout".formatted(timeoutSeconds), e);
    } catch (ExecutionException | JsonProcessingException e) {
      throw new PipelineException("diffusers gave no answer: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PipelineException("interrupted", e);
    }
  }

  private String readLine() {
    try {
      return answers.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String lastError() {
    try {
      return Files.readString(errors)
          .lines()
          .filter(line -> !line.isBlank())
          .reduce((_, last) -> last)
          .orElse("without a message");
    } catch (IOException e) {
      return "its messages cannot be read: " + e.getMessage();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
      Files.deleteIfExists(errors);
    } catch (IOException e) {
      throw new PipelineException("%s cannot be deleted: %s".formatted(errors, e), e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
