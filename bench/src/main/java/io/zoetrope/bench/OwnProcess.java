package io.zoetrope.bench;

import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tools.bench.PeakMemory;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** This engine as a user starts it: a process for every clip, from start to exit. */
final class OwnProcess implements Contestant {
  /** What a process takes after the last look at it does not count. */
  private static final long POLL_MILLIS = 20;

  private final List<String> command;
  private final Path output;
  private long peakMemory;

  /**
   * A command to time.
   *
   * @param command writes {@code output}
   */
  OwnProcess(List<String> command, Path output) {
    this.command = command;
    this.output = output;
  }

  /** Also builds the product if it is older than its sources. */
  @Override
  public void warmUp() {
    run();
  }

  @Override
  public double run() {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.DISCARD);
    // That variable made the launcher start this program.
    builder.environment().remove("ZOETROPE_MODULE");
    try {
      long start = System.nanoTime();
      Process process = builder.start();
      while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        // The script that is started becomes the process that works.
        PeakMemory.of(process.pid()).ifPresent(bytes -> peakMemory = Math.max(peakMemory, bytes));
      }
      int code = process.exitValue();
      double seconds = (System.nanoTime() - start) / 1e9;
      if (code != 0) {
        throw new PipelineException(
            "'%s' failed with exit code %d".formatted(String.join(" ", command), code));
      }
      return seconds;
    } catch (IOException e) {
      throw new PipelineException("%s cannot be started: %s".formatted(command.getFirst(), e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PipelineException("interrupted", e);
    }
  }

  @Override
  public OptionalLong peakMemory() {
    return peakMemory == 0 ? OptionalLong.empty() : OptionalLong.of(peakMemory);
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(output);
    } catch (IOException e) {
      throw new PipelineException("%s cannot be deleted: %s".formatted(output, e), e);
    }
  }
}
