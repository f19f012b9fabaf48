package io.zoetrope.tools.cli;

import io.zoetrope.VideoPipeline;
import io.zoetrope.files.DiskRoom;
import io.zoetrope.media.MediaException;
import io.zoetrope.media.MediaReader;
import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.Provenance;
import io.zoetrope.media.Reading;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.GenerationResult;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.JobForecast;
import io.zoetrope.pipeline.JobNeeds;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.tools.shot.Platform;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Function;

/**
 * Clips that one model makes one after the other. All of them are checked before the first one is
 * made; each is written as soon as it is made, and one that is there already is not made again.
 */
final class ClipSeries implements AutoCloseable {
  /** What the provenance of a clip has the hash of its request under. */
  static final String HASH = "request_sha256";

  /**
   * A clip to make.
   *
   * @param name for people, e.g. {@code shot 2/3}
   * @param place where it was asked for, before a complaint; may be empty
   * @param request without the picture that it goes on from
   * @param continues the frame of the clip before that this one begins with; -1 for none
   * @param file where the clip goes, by the hash of its request
   */
  record Clip(
      String name,
      String place,
      GenerationRequest request,
      int continues,
      Function<String, Path> file) {
    private String warning() {
      return place.isEmpty() ? "warning: " : "warning: %s: ".formatted(place);
    }
  }

  private final OpenModel model;
  private final List<Clip> clips;
  private final Platform.Rate rate;
  private final int upscale;
  private final PrintWriter err;

  /** Files of clips that are done; null for others. */
  private final Path[] done;

  /** What is to be known of the clips, each once. */
  private final Set<String> warnings = new LinkedHashSet<>();

  private ClipSeries(
      OpenModel model, List<Clip> clips, Platform.Rate rate, int upscale, PrintWriter err) {
    this.model = model;
    this.clips = clips;
    this.rate = rate;
    this.upscale = upscale;
    this.err = err;
    this.done = new Path[clips.size()];
  }

  /**
   * Opens the model and checks all clips. Weights stay in memory from clip to clip if there is room
   * for all of them.
   *
   * @param clips what to make, with the model that is open
   * @param rate at which the clips play
   * @param upscale how often each pixel is repeated, in both directions
   * @throws PipelineException if one of the clips cannot be made
   */
  static ClipSeries open(
      ModelOptions options,
      Function<VideoPipeline, List<Clip>> clips,
      Function<VideoPipeline, Platform.Rate> rate,
      int upscale,
      PrintWriter err) {
    try {
      return open(options.open(WeightRetention.KEEP), clips, rate, upscale, err);
    } catch (PipelineException _) {
      // Whatever is wrong beside the memory that kept weights take is found again.
      ClipSeries series = open(options.open(WeightRetention.RELEASE), clips, rate, upscale, err);
      err.println("weights are read again for each clip: all together they do not fit");
      return series;
    }
  }

  private static ClipSeries open(
      OpenModel model,
      Function<VideoPipeline, List<Clip>> clips,
      Function<VideoPipeline, Platform.Rate> rate,
      int upscale,
      PrintWriter err) {
    ClipSeries series = null;
    try {
      ClipSeries opened =
          new ClipSeries(
              model, clips.apply(model.pipeline()), rate.apply(model.pipeline()), upscale, err);
      opened.check();
      series = opened;
      return series;
    } finally {
      if (series == null) {
        model.close();
      }
    }
  }

  /** The request of the first clip. */
  GenerationRequest first() {
    return clips.getFirst().request();
  }

  /** The model that makes the clips. */
  OpenModel model() {
    return model;
  }

  /** Checks every clip, and looks which are there. */
  private void check() {
    DiskRoom room = new DiskRoom();
    for (int i = 0; i < clips.size(); i++) {
      Clip clip = clips.get(i);
      try {
        check(i, room);
      } catch (PipelineException | MediaException e) {
        throw clip.place().isEmpty()
            ? e
            : new PipelineException(clip.place() + ": " + e.getMessage(), e);
      }
    }
  }

  private void check(int index, DiskRoom room) {
    Clip clip = clips.get(index);
    Optional<GenerationRequest> known = known(index);
    Job job = model.pipeline().job(known.orElseGet(() -> withUnknownFrame(clip)));
    job.warnings().forEach(warning -> warnings.add(clip.warning() + warning));
    String hash = job.hash();
    Path file = clip.file().apply(hash);
    if (known.isPresent() && isDone(file, hash)) {
      done[index] = file;
      return;
    }
    ClipSize size = clip.request().size();
    MediaWriter writer = MediaWriter.open(file.toString());
    int frames = size.frames() * rate.repeats();
    writer.check(size.width() * upscale, size.height() * upscale, frames, rate.framesPerSecond());
    room.obstacle(
            writer.target(),
            writer.expectedBytes(size.width() * upscale, size.height() * upscale, frames))
        .ifPresent(obstacle -> {
          throw new MediaException("cannot write %s: %s".formatted(writer.target(), obstacle));
        });
  }

  /** The whole request; empty if it begins with a frame that has not been made yet. */
  private Optional<GenerationRequest> known(int index) {
    Clip clip = clips.get(index);
    if (clip.continues() < 0) {
      return Optional.of(clip.request());
    }
    return Optional.ofNullable(done[index - 1])
        .map(before -> clip.request().with(Input.Image.first(frame(before, clip.continues()))));
  }

  /** A frame of a clip as it would be if nothing of it were known. */
  private static GenerationRequest withUnknownFrame(Clip clip) {
    ClipSize size = clip.request().size();
    return clip.request()
        .with(
            Input.Image.first(
                new VideoFrames(
                    size.width(), size.height(), 1, new byte[3 * size.width() * size.height()])));
  }

  /** A frame as the file has it: it stays the same when the clip is not made again. */
  private static VideoFrames frame(Path file, int index) {
    VideoFrames frames = MediaReader.read(file, Reading.first(index + 1)).frames();
    return new VideoFrames(frames.width(), frames.height(), 1, frames.frame(index));
  }

  /** Whether a file holds the clip of a request, shown as it is to be shown now. */
  private boolean isDone(Path file, String hash) {
    if (!Files.exists(file)) {
      return false;
    }
    try {
      return Provenance.find(file)
          .map(Provenance::entries)
          .filter(entries ->
              hash.equals(entries.get(HASH))
                  && Integer.valueOf(rate.framesPerSecond()).equals(entries.get("fps"))
                  && Integer.valueOf(upscale).equals(entries.get("upscale")))
          .isPresent();
    } catch (MediaException _) {
      // A damaged file is made anew.
      return false;
    }
  }

  /** Says how much there is to do: the time of all clips, the memory of the largest. */
  void announce() {
    double seconds = 0;
    boolean isTimed = false;
    long bytes = 0;
    for (int i = 0; i < clips.size(); i++) {
      if (done[i] == null) {
        Job job = model.pipeline().job(withExample(clips.get(i)));
        Optional<JobForecast> forecast = job.forecast();
        isTimed |= forecast.isPresent();
        seconds += forecast.map(JobForecast::seconds).orElse(0.0);
        JobNeeds needs = job.needs();
        bytes = Math.max(bytes, needs.peakBytes());
      }
    }
    warnings.forEach(err::println);
    long left = Arrays.stream(done).filter(file -> file == null).count();
    if (left < clips.size()) {
      err.printf("%d of %d clips are there already%n", clips.size() - left, clips.size());
    }
    if (left > 0) {
      err.printf(
          "%sat most %,d MiB of memory%n",
          isTimed ? "about %s here, ".formatted(Durations.rounded(seconds)) : "",
          Math.ceilDiv(bytes, 1L << 20));
    }
    err.flush();
  }

  private GenerationRequest withExample(Clip clip) {
    return clip.continues() < 0 ? clip.request() : withUnknownFrame(clip);
  }

  /**
   * Makes what is not there.
   *
   * @return a file for each clip
   */
  List<Path> run() {
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < clips.size(); i++) {
      try {
        if (done[i] == null) {
          make(i);
        } else {
          err.printf("%s: %s is there%n", clips.get(i).name(), done[i]);
        }
      } catch (CancellationException e) {
        if (i > 0) {
          err.printf(
              "%d of %d clips are kept: the same command goes on behind them%n", i, clips.size());
        }
        throw e;
      }
      files.add(done[i]);
    }
    return files;
  }

  private void make(int index) {
    Clip clip = clips.get(index);
    Job job = model.pipeline().job(known(index).orElseThrow());
    String hash = job.hash();
    Path file = clip.file().apply(hash);
    // A clip that goes on from one that was made anew may be there, all the same.
    if (isDone(file, hash)) {
      done[index] = file;
      err.printf("%s: %s is there%n", clip.name(), file);
      return;
    }
    ClipRun.Showing showing =
        new ClipRun.Showing(MediaWriter.open(file.toString()), file.toString(), rate, upscale);
    ProgressPrinter progress = ClipOutput.progress(err, job.forecast(), clip.name());
    GenerationResult result;
    try {
      result = job.run(progress, Tracer.NONE);
    } catch (RuntimeException e) {
      progress.abandon();
      throw e;
    }
    showing
        .writer()
        .write(
            result.frames().upscale(upscale).repeated(rate.repeats()),
            rate.framesPerSecond(),
            showing.provenance(result, Map.of("device", model.device().name(), HASH, hash)));
    err.printf("%s: wrote %s, %s%n", clip.name(), file, progress.total());
    err.flush();
    done[index] = file;
  }

  @Override
  public void close() {
    model.close();
  }
}
