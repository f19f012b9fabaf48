package io.zoetrope.tools.cli;

import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.run.Job;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** What is seen and kept of a job while it runs. */
final class KeepOptions {
  @Option(
      names = "--preview",
      paramLabel = "FILE",
      description =
          "PNG or GIF that shows, step by step, what the clip is going to be: small clips decoded,"
              + " others in the colours of their latents.")
  private Path preview;

  @Option(
      names = "--preview-every",
      paramLabel = "N",
      description = "Make the preview anew after N steps (default: 1).")
  private Integer previewEvery;

  @Option(
      names = "--checkpoint",
      paramLabel = "FILE",
      description =
          "Safetensors file that gets the state of the job while it runs, and when Ctrl-C stops it.")
  private Path checkpoint;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      description = "Write the checkpoint after N steps (default: 1).")
  private Integer checkpointEvery;

  @Option(
      names = "--resume",
      paramLabel = "FILE",
      description = "Go on from a checkpoint of the same job; the clip is the same to the bit.")
  private Path resume;

  /** Where the state of the job goes; null if it is not kept. */
  Path checkpoint() {
    return checkpoint;
  }

  GenerationRequest applyTo(GenerationRequest request) {
    requireWith("--preview-every", previewEvery, "--preview", preview);
    requireWith("--checkpoint-every", checkpointEvery, "--checkpoint", checkpoint);
    GenerationRequest with = request;
    with = withGiven(with, Setting.PREVIEW, preview);
    with = withGiven(with, Setting.PREVIEW_EVERY, previewEvery);
    with = withGiven(with, Setting.CHECKPOINT, checkpoint);
    with = withGiven(with, Setting.CHECKPOINT_EVERY, checkpointEvery);
    return withGiven(with, Setting.RESUME, resume);
  }

  /**
   * Checks that none of the files is named.
   *
   * @param reason why there can be none, e.g. {@code "--takes has a clip for each seed"}
   */
  void requireUnused(String reason) {
    String given =
        preview != null
            ? "--preview"
            : checkpoint != null ? "--checkpoint" : resume != null ? "--resume" : null;
    if (given != null) {
      throw new PipelineException("%s: leave %s out".formatted(reason, given));
    }
  }

  private static void requireWith(String option, Integer value, String other, Path file) {
    if (value != null && file == null) {
      throw new PipelineException("%s is of %s, which is not given".formatted(option, other));
    }
  }

  private static <T> GenerationRequest withGiven(
      GenerationRequest request, Setting<T> setting, T value) {
    return value == null ? request : request.with(setting, value);
  }

  /** The files that are written beside the clip. */
  List<SideOutput> outputs() {
    return List.of(
        new SideOutput("--preview", preview, (_, _, job) -> job.previewBytes()),
        new SideOutput("--checkpoint", checkpoint, (_, _, job) -> job.checkpointBytes()));
  }

  /** What a user should know of where the job goes on, a sentence each. */
  List<String> notes(Job job, int steps) {
    return resume == null
        ? List.of()
        : List.of("goes on behind step %d of %d".formatted(job.takenSteps(), steps));
  }
}
