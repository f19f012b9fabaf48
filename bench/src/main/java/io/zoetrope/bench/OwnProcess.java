package io.zoetrope.bench;

import io.zoetrope.pipeline.PipelineException;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** This engine as a user starts it: a process for every clip, from start to exit. */
final class OwnProcess implements Contestant {
  private final List<String> command;
  private final Path output;

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
      int code = builder.start().waitFor();
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
    return OptionalLong.empty();
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
