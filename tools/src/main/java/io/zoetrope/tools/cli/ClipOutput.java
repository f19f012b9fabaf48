package io.zoetrope.tools.cli;

import io.zoetrope.files.MemoryException;
import io.zoetrope.media.FrameSequence;
import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.Provenance;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.JobForecast;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Progress.Stage;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What people see of a job that makes a clip: how long it will take, how far it is, where the clip
 * is, and what could not be written. Outputs that can't be written don't keep others from being
 * written.
 */
final class ClipOutput {
  /** Columns that the first line keeps to. */
  private static final int LINE = 100;

  /** A stage that takes less of a job is not worth a word. */
  private static final double LEAST_SHARE = 0.01;

  /** Whoever waits longer wants to know what makes it shorter. */
  private static final double LONG_SECONDS = 300;

  private final MediaWriter writer;
  private final String name;
  private final int framesPerSecond;
  private final PrintWriter err;
  private final ProgressPrinter progress;
  private final KeptFailures failures = new KeptFailures();

  /**
   * Says how long the job will take, longest stages first, and what makes it shorter.
   *
   * @param writer null if the clip is not written
   * @param name of the output, as it was given
   * @param framesPerSecond rate at which the clip plays
   * @param jobs how many there are, one after the other
   * @param forecast of each; empty if it is not known
   * @param shorter what makes the job shorter, e.g. {@code "fewer steps shorten it"}
   */
  ClipOutput(
      MediaWriter writer,
      String name,
      int framesPerSecond,
      PrintWriter err,
      int jobs,
      Optional<JobForecast> forecast,
      String shorter) {
    this.writer = writer;
    this.name = name;
    this.framesPerSecond = framesPerSecond;
    this.err = err;
    forecast.ifPresent(known -> announce(known.times(jobs), shorter));
    this.progress = progress(err, forecast, "");
  }

  /**
   * Shows people how far a job is.
   *
   * @param forecast empty if it is not known
   * @param label what stands before each line; may be empty
   */
  static ProgressPrinter progress(PrintWriter err, Optional<JobForecast> forecast, String label) {
    Map<Stage, Double> expected = new EnumMap<>(Stage.class);
    forecast.ifPresent(
        known -> known.stages().forEach(stage -> expected.put(stage.stage(), stage.seconds())));
    return new ProgressPrinter(err, Boolean.getBoolean("zoetrope.terminal"), expected, label);
  }

  private void announce(JobForecast forecast, String shorter) {
    String stages =
        forecast.stages().stream()
            .filter(stage -> stage.seconds() > LEAST_SHARE * forecast.seconds())
            .sorted(Comparator.comparingDouble(JobForecast.StageForecast::seconds).reversed())
            .map(stage ->
                "%s %s".formatted(stage.stage().title(), Durations.rounded(stage.seconds())))
            .collect(Collectors.joining(", "));
    err.printf(
        "about %s here: %s%s%n",
        Durations.rounded(forecast.seconds()),
        stages,
        forecast.seconds() < LONG_SECONDS ? "" : "; " + shorter);
    err.flush();
  }

  /**
   * Says what runs where, in lines that fit a terminal.
   *
   * @param job model and sizes
   * @param verbose whether it is said why no faster kernels compute
   */
  static void announce(PrintWriter err, String job, Backend device, boolean verbose) {
    boolean fits = job.length() + device.name().length() + 4 <= LINE;
    err.printf("%s%son %s%n", job, fits ? " " : System.lineSeparator() + "  ", device.name());
    if (verbose) {
      device.limit().ifPresent(limit -> err.println("  " + limit));
    }
    if (device instanceof ReferenceBackend) {
      err.println("  no forecast of time: this device defines what others compute, and is slow");
    }
    err.flush();
  }

  /**
   * Checks that a clip can be held, in an array of the Java heap.
   *
   * @throws PipelineException if it is larger
   */
  static void requireHeld(ClipSize size) {
    long most = Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory());
    if (size.bytes() > most) {
      throw new PipelineException(
          "%s are a clip of %d MiB; at most %d MiB fit"
              .formatted(size, size.bytes() >> 20, most >> 20));
    }
  }

  /** Shows people how far the job is. */
  Progress progress() {
    return progress;
  }

  /** Runs the job; a line of progress that is half drawn goes if it fails. */
  <T> T run(Supplier<T> job) {
    try {
      return job.get();
    } catch (RuntimeException e) {
      progress.abandon();
      throw e;
    }
  }

  /**
   * Runs a filter as a job of one stage.
   *
   * @param frames how many frames it will say are done
   * @param filter gets whom to tell how many are done
   */
  VideoFrames filter(Stage stage, int frames, Function<IntConsumer, VideoFrames> filter) {
    long start = System.nanoTime();
    progress.begin(stage, frames);
    VideoFrames result = run(() -> filter.apply(done -> progress.step(stage, done)));
    progress.end(stage, new Progress.Report(System.nanoTime() - start, 0, 0, 0));
    return result;
  }

  /** Writes the clip, if it is to be written. */
  void writeClip(Supplier<? extends FrameSequence> frames, Supplier<Provenance> provenance) {
    if (writer != null) {
      write(
          name,
          () -> {
            writer.write(frames.get(), framesPerSecond, provenance.get());
            err.printf("wrote %s, %s in all%n", name, progress.total());
          });
    }
  }

  /**
   * Writes an output; a failure that users can mend is kept for {@link #finish}.
   *
   * @param file name of the output
   */
  void write(String file, Runnable output) {
    failures.keep(() ->
        MemoryException.naming(
            () -> "cannot write " + file,
            "a smaller size or fewer frames",
            () -> {
              output.run();
              return null;
            }));
  }

  /** Failures of outputs that have happened already. */
  KeptFailures failures() {
    return failures;
  }

  /** Says what could not be written; returns the exit code. */
  int finish() {
    return failures.finish(err);
  }
}
