package io.zoetrope.pipeline.run;

import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.files.OutputFile;
import io.zoetrope.media.MediaException;
import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.Provenance;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.random.TorchGenerator;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.WeightsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The files of a job beside its clip: finished latents, checkpoints, previews. One that cannot be
 * written must not cost the clip.
 */
final class SideFiles implements AutoCloseable {
  private final Parts parts;
  private final GenerationRequest request;
  private final Map<String, Object> settings;
  private final SchedulerConfig schedule;
  private final Optional<MediaWriter> previewWriter;
  private final boolean areWritten;

  /** Null until a checkpoint is read or written. */
  private JobIdentity identity;

  /** Of the run under way; null before it. */
  private volatile StateKeeper keeper;

  private final List<RuntimeException> failures = new ArrayList<>();
  private boolean previewFailed;

  /**
   * The files that a request asks for.
   *
   * @param settings all that are in force, by name
   * @throws MediaException if the preview has a place that cannot be written to
   */
  SideFiles(
      Parts parts,
      GenerationRequest request,
      Map<String, Object> settings,
      SchedulerConfig schedule) {
    this(
        parts,
        request,
        settings,
        schedule,
        request.find(Setting.PREVIEW).map(file -> MediaWriter.openPreview(file.toString())),
        true);
  }

  private SideFiles(
      Parts parts,
      GenerationRequest request,
      Map<String, Object> settings,
      SchedulerConfig schedule,
      Optional<MediaWriter> previewWriter,
      boolean areWritten) {
    this.parts = parts;
    this.request = request;
    this.settings = settings;
    this.schedule = schedule;
    this.previewWriter = previewWriter;
    this.areWritten = areWritten;
  }

  /** The same for a dry run: what they take is taken, and nothing is written. */
  SideFiles none() {
    return new SideFiles(parts, request, settings, schedule, previewWriter, false);
  }

  /** Whether a job needs next to nothing for them. */
  boolean areFew() {
    return request.find(Setting.CHECKPOINT).isEmpty() && previewWriter.isEmpty();
  }

  // ---------------------------------------------------------------- checks

  /**
   * The way of the job from where its checkpoint is; the whole way if it goes on from none.
   *
   * @throws PipelineException if the checkpoint is of another job, or none
   */
  JobStages resumed(JobStages whole) {
    return request.find(Setting.RESUME).map(file -> resumed(whole, file)).orElse(whole);
  }

  private JobStages resumed(JobStages whole, Path file) {
    JobStages rest =
        whole.from(Checkpoint.read(file, identity(), whole.latents(), whole.allSteps()));
    try {
      rest.rehearse();
      TorchGenerator.restored(rest.resumed().orElseThrow().generator());
      return rest;
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new PipelineException(
          "%s is a damaged checkpoint: %s".formatted(file, e.getMessage()), e);
    }
  }

  private JobIdentity identity() {
    if (identity == null) {
      identity =
          JobIdentity.of(
              settings,
              schedule.fields().json().toString(),
              request.inputs(),
              weights(),
              parts.adaptation());
    }
    return identity;
  }

  private String weights() {
    RequestHash hash = new RequestHash();
    parts.addTo(hash);
    return hash.hex();
  }

  /**
   * Checks that there is a place for each file, and room.
   *
   * @param cacheBytes most bytes of what a step cache remembers between two steps
   * @throws PipelineException that says for which there is none
   * @throws MediaException if the preview cannot be written
   */
  void check(JobStages way, LongSupplier cacheBytes) {
    long latents = geometry().latents(request.size()).count() * Float.BYTES;
    request.find(Setting.SAVE_LATENTS).ifPresent(file -> check("save latents to", file, latents));
    request
        .find(Setting.CHECKPOINT)
        .ifPresent(file -> {
          check("keep the job's state in", file, checkpointBytes(way, cacheBytes));
          // Now, while the weights are open.
          identity();
        });
    ClipSize shown = Preview.shown(geometry(), request.size());
    previewWriter.ifPresent(
        writer -> writer.check(shown.width(), shown.height(), shown.frames(), framesPerSecond()));
  }

  private static void check(String what, Path file, long bytes) {
    OutputFile.obstacle(file)
        .or(() -> OutputFile.spaceObstacle(file, bytes))
        .ifPresent(obstacle -> {
          throw new PipelineException("cannot %s %s: %s".formatted(what, file, obstacle));
        });
  }

  /** Bytes of two checkpoints, since the new one is complete before the old one goes. */
  long checkpointBytes(JobStages way, LongSupplier cacheBytes) {
    return request.find(Setting.CHECKPOINT).isEmpty()
        ? 0
        : 2 * Checkpoint.fileBytes(way.rehearse() + cacheBytes.getAsLong());
  }

  /** Bytes of two previews, likewise. */
  long previewBytes() {
    ClipSize shown = Preview.shown(geometry(), request.size());
    return previewWriter
        .map(writer -> 2 * writer.expectedBytes(shown.width(), shown.height(), shown.frames()))
        .orElse(0L);
  }

  private VideoGeometry geometry() {
    return parts.model().geometry();
  }

  // ---------------------------------------------------------------- while the job runs

  /** A run begins. */
  void begin() {
    keeper = null;
    failures.clear();
    previewFailed = false;
  }

  /**
   * Keeps the state behind each step of a run that begins, if it is to be kept.
   *
   * @param generator gives the state of the random numbers
   */
  Optional<StateKeeper> keeper(JobStages way, Supplier<Tensor> generator) {
    Optional<Path> file = request.find(Setting.CHECKPOINT);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    int every = request.find(Setting.CHECKPOINT_EVERY).orElse(1);
    keeper =
        areWritten
            ? new StateKeeper(
                every, way.allSteps(), generator, state -> state.write(file.get(), identity()))
            : StateKeeper.counting();
    return Optional.of(keeper);
  }

  /** Shows steps of a run that begins, if they are to be shown. */
  Optional<Preview> preview() {
    int every = request.find(Setting.PREVIEW_EVERY).orElse(1);
    return previewWriter.map(writer ->
        new Preview(
            parts.model(),
            request.size(),
            every,
            areWritten ? (frames, step) -> show(writer, frames, step) : null));
  }

  /** Writes a preview, unless one could not be written. */
  private void show(MediaWriter writer, VideoFrames frames, int step) {
    if (previewFailed) {
      return;
    }
    Map<String, Object> entries = new LinkedHashMap<>(settings);
    entries.put("preview_of_step", step);
    try {
      writer.write(frames, framesPerSecond(), Provenance.of(entries));
    } catch (MediaException e) {
      previewFailed = true;
      failures.add(e);
    }
  }

  /** The rate at which a preview plays: frames of latents stand for several of the clip. */
  private int framesPerSecond() {
    int whole = request.find(Setting.FRAMES_PER_SECOND).orElse(1);
    return Preview.decodes(request.size())
        ? whole
        : Math.max(1, Math.round((float) whole / geometry().temporalScale()));
  }

  /**
   * Saves finished latents where the request asks for it.
   *
   * @param generator gives the state of the random numbers
   */
  void saveLatents(Tensor latents, Supplier<Tensor> generator) {
    request
        .find(Setting.SAVE_LATENTS)
        .ifPresent(file -> {
          try {
            SavedLatents.write(
                file,
                latents,
                settings,
                parts.codecHash(),
                request.find(Setting.DECODE_TIMESTEP).map(_ -> generator.get()));
          } catch (WeightsException e) {
            failures.add(e);
          }
        });
  }

  /** See {@link Job#keep}. */
  OptionalInt keep() {
    StateKeeper current = keeper;
    if (current == null) {
      return OptionalInt.empty();
    }
    current.write();
    return current.written() == 0 ? OptionalInt.empty() : OptionalInt.of(current.written());
  }

  /** Bytes of what the run under way keeps of a step cache. */
  long cacheBytes() {
    return keeper == null ? 0 : keeper.cacheBytes();
  }

  /** What could not be written. */
  List<RuntimeException> failures() {
    List<RuntimeException> all = new ArrayList<>(failures);
    Optional.ofNullable(keeper).flatMap(StateKeeper::failure).ifPresent(all::add);
    return List.copyOf(all);
  }

  /** The run is over, with its result or without: the state that is not written yet is. */
  @Override
  public void close() {
    if (keeper != null) {
      keeper.write();
      keeper.close();
    }
  }
}
