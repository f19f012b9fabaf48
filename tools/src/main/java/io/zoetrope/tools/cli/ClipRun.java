package io.zoetrope.tools.cli;

import io.zoetrope.VideoPipeline;
import io.zoetrope.files.MemoryException;
import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.Provenance;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.GenerationResult;
import io.zoetrope.pipeline.JobForecast;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Progress.Stage;
import io.zoetrope.pipeline.run.Job;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A job of the command line that has passed all checks, with its device and its model open. Outputs
 * that can't be written don't keep others from being written.
 */
final class ClipRun implements AutoCloseable {
  /**
   * How the clip is shown and written.
   *
   * @param writer null if it is not written
   * @param output its name as it was given
   * @param framesPerSecond rate at which it plays
   * @param upscale how often each pixel is repeated, in both directions
   */
  record Showing(MediaWriter writer, String output, int framesPerSecond, int upscale) {}

  /** A stage that takes less of a job is not worth a word. */
  private static final double LEAST_SHARE = 0.01;

  /** Whoever waits longer wants to know what makes it shorter. */
  private static final double LONG_SECONDS = 300;

  private final Backend device;
  private final VideoPipeline pipeline;
  private final Job job;
  private final String title;
  private final Showing showing;
  private final PrintWriter err;
  private final ProgressPrinter progress;
  private final KeptFailures failures = new KeptFailures();

  /**
   * Takes over a device and a pipeline.
   *
   * @param title model and sizes
   * @param err gets the progress, where outputs are, and what could not be written
   */
  ClipRun(
      Backend device,
      VideoPipeline pipeline,
      Job job,
      String title,
      Showing showing,
      PrintWriter err) {
    this.device = device;
    this.pipeline = pipeline;
    this.job = job;
    this.title = title;
    this.showing = showing;
    this.err = err;
    Map<Stage, Double> expected = new EnumMap<>(Stage.class);
    job.forecast()
        .ifPresent(forecast -> {
          forecast.stages().forEach(stage -> expected.put(stage.stage(), stage.seconds()));
          announce(forecast);
        });
    this.progress = new ProgressPrinter(err, Boolean.getBoolean("zoetrope.terminal"), expected);
  }

  /** Says how long the job will take, longest stages first, and what makes it shorter. */
  private void announce(JobForecast forecast) {
    String stages =
        forecast.stages().stream()
            .filter(stage -> stage.seconds() > LEAST_SHARE * forecast.seconds())
            .sorted(Comparator.comparingDouble(JobForecast.StageForecast::seconds).reversed())
            .map(stage ->
                "%s %s".formatted(stage.stage().title(), Durations.rounded(stage.seconds())))
            .collect(Collectors.joining(", "));
    String shorter =
        forecast.seconds() < LONG_SECONDS ? "" : "; fewer steps or a smaller size shorten it";
    err.printf("about %s here: %s%s%n", Durations.rounded(forecast.seconds()), stages, shorter);
    err.flush();
  }

  Job job() {
    return job;
  }

  Backend device() {
    return device;
  }

  /** Model and sizes, for people. */
  String title() {
    return title;
  }

  /** Shows people how far the job is. */
  Progress progress() {
    return progress;
  }

  /** Runs the job; a line of progress that is half drawn goes if it fails. */
  GenerationResult run(Progress watched, Tracer tracer) {
    try {
      GenerationResult result = job.run(watched, tracer);
      failures.add(result.failures());
      return result;
    } catch (RuntimeException e) {
      progress.abandon();
      throw e;
    }
  }

  /** Writes the clip, if it is to be written. */
  void writeClip(GenerationResult result) {
    if (showing.writer() == null) {
      return;
    }
    write(
        showing.output(),
        () -> {
          showing
              .writer()
              .write(
                  result.frames().upscale(showing.upscale()),
                  showing.framesPerSecond(),
                  provenance(result));
          err.printf("wrote %s, %s in all%n", showing.output(), progress.total());
        });
  }

  /**
   * Writes an output; a failure that users can mend is kept for {@link #finish}.
   *
   * @param name of the output
   */
  void write(String name, Runnable output) {
    failures.keep(() ->
        MemoryException.naming(
            () -> "cannot write " + name,
            "a smaller size or fewer frames",
            () -> {
              output.run();
              return null;
            }));
  }

  /** Says what could not be written; returns the exit code. */
  int finish() {
    return failures.finish(err);
  }

  private Provenance provenance(GenerationResult result) {
    Map<String, Object> output = new LinkedHashMap<>();
    output.put("fps", showing.framesPerSecond());
    output.put("upscale", showing.upscale());
    output.put("device", device.name());
    return result.provenance(output);
  }

  @Override
  public void close() {
    try (device) {
      pipeline.close();
    }
  }
}
