package io.zoetrope.tools.cli;

import io.zoetrope.VideoPipeline;
import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.Provenance;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.GenerationResult;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.run.Job;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;

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

  private final Backend device;
  private final VideoPipeline pipeline;
  private final Job job;
  private final String title;
  private final Showing showing;
  private final ClipOutput output;

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
    this.output =
        new ClipOutput(
            showing.writer(),
            showing.output(),
            showing.framesPerSecond(),
            err,
            job.forecast(),
            "fewer steps or a smaller size shorten it");
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
    return output.progress();
  }

  /** Runs the job; a line of progress that is half drawn goes if it fails. */
  GenerationResult run(Progress watched, Tracer tracer) {
    GenerationResult result = output.run(() -> job.run(watched, tracer));
    output.failures().add(result.failures());
    return result;
  }

  /** Writes the clip, if it is to be written. */
  void writeClip(GenerationResult result) {
    output.writeClip(() -> result.frames().upscale(showing.upscale()), () -> provenance(result));
  }

  /**
   * Writes an output; a failure that users can mend is kept for {@link #finish}.
   *
   * @param name of the output
   */
  void write(String name, Runnable file) {
    output.write(name, file);
  }

  /** Says what could not be written; returns the exit code. */
  int finish() {
    return output.finish();
  }

  private Provenance provenance(GenerationResult result) {
    Map<String, Object> more = new LinkedHashMap<>();
    more.put("fps", showing.framesPerSecond());
    more.put("upscale", showing.upscale());
    more.put("device", device.name());
    return result.provenance(more);
  }

  @Override
  public void close() {
    try (device) {
      pipeline.close();
    }
  }
}
