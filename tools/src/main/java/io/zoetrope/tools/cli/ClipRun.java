package io.zoetrope.tools.cli;

import io.zoetrope.media.FrameSequence;
import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.Provenance;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.GenerationResult;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.tools.shot.Platform;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.IntConsumer;
import picocli.CommandLine.Model.CommandSpec;

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
   * @param rate at which it plays
   * @param upscale how often each pixel is repeated, in both directions
   */
  record Showing(MediaWriter writer, String output, Platform.Rate rate, int upscale) {
    /**
     * Where a clip comes from that is shown so.
     *
     * @param more what else is to be known of it
     */
    Provenance provenance(GenerationResult result, Map<String, ?> more) {
      return result.provenance(rate.framesPerSecond(), upscale, more);
    }
  }

  private final OpenModel model;
  private final Job job;
  private final String title;
  private final Showing showing;
  private final ClipOutput output;
  private final PrintWriter err;
  private IntConsumer kept = _ -> {};

  /**
   * Takes over a model that is open.
   *
   * @param title model and sizes
   * @param err gets the progress, where outputs are, and what could not be written
   */
  ClipRun(OpenModel model, Job job, String title, Showing showing, PrintWriter err) {
    this.model = model;
    this.job = job;
    this.title = title;
    this.showing = showing;
    this.err = err;
    this.output =
        new ClipOutput(
            showing.writer(),
            showing.output(),
            showing.rate().framesPerSecond(),
            err,
            1,
            job.forecast(),
            "fewer steps or a smaller size shorten it");
  }

  Job job() {
    return job;
  }

  Backend device() {
    return model.device();
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
    Main.beforeStop(this::sayKept);
    try {
      GenerationResult result = output.run(() -> job.run(watched, tracer));
      output.failures().add(result.failures());
      return result;
    } catch (RuntimeException e) {
      sayKept();
      throw e;
    } finally {
      Main.beforeStop(() -> {});
    }
  }

  /**
   * Says how the job can go on when it is stopped.
   *
   * @param checkpoint where its state is kept
   * @param command has parsed the arguments that it was started with
   */
  void keptIn(Path checkpoint, CommandSpec command) {
    kept =
        steps ->
            err.printf(
                "kept the state behind step %d in %s; go on with%n  %s%n",
                steps, checkpoint, ResumeCommand.of(command, checkpoint, job.seed()));
  }

  private void sayKept() {
    job.keep().ifPresent(kept);
  }

  /** Writes the clip, if it is to be written. */
  void writeClip(GenerationResult result) {
    output.writeClip(() -> shown(result), () -> provenance(result));
  }

  private FrameSequence shown(GenerationResult result) {
    return result.frames().upscale(showing.upscale()).repeated(showing.rate().repeats());
  }

  private Provenance provenance(GenerationResult result) {
    return showing.provenance(result, Map.of("device", device().name()));
  }

  /**
   * Writes the clip for the command itself, which says nothing of it.
   *
   * @throws io.zoetrope.media.MediaException if it cannot be written
   */
  void encode(GenerationResult result) {
    showing.writer().write(shown(result), showing.rate().framesPerSecond(), provenance(result));
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

  @Override
  public void close() {
    model.close();
  }
}
