package io.zoetrope.tools.cli;

import io.zoetrope.VideoPipeline;
import io.zoetrope.files.OutputFile;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.run.Job;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file that a command writes beside the clip.
 *
 * @param option that names it
 * @param file null where the option was not given
 * @param size about how large it will be
 */
record SideOutput(String option, Path file, Size size) {
  /** Says how large an output of a job that can run will be. */
  @FunctionalInterface
  interface Size {
    /** Bytes, about. */
    long bytes(VideoPipeline pipeline, GenerationRequest request, Job job);
  }

  /**
   * Checks that the file can be created or replaced.
   *
   * @throws PipelineException that says why not
   */
  void requireWritable() {
    requireNone(OutputFile.obstacle(file));
  }

  /**
   * Checks that there is no obstacle.
   *
   * @throws PipelineException that names the option, the file and the obstacle
   */
  void requireNone(Optional<String> obstacle) {
    obstacle.ifPresent(found -> {
      throw new PipelineException("%s %s: %s".formatted(option, file, found));
    });
  }
}
