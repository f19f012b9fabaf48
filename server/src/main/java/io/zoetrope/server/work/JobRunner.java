package io.zoetrope.server.work;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.VideoPipeline;
import io.zoetrope.files.ExpectedException;
import io.zoetrope.files.OutputFile;
import io.zoetrope.media.Film;
import io.zoetrope.media.FilmProvenance;
import io.zoetrope.media.Fit;
import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.Provenance;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.GenerationResult;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.pipeline.sequence.Extension;
import io.zoetrope.server.api.Json;
import io.zoetrope.server.model.Plan;
import io.zoetrope.server.model.Planner;
import io.zoetrope.server.model.ServedModel;
import io.zoetrope.server.store.JobRecord;
import io.zoetrope.server.upload.RawClip;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Does the work of jobs on one device, one at a time, and leaves finished clips in their folders. A
 * job whose folder has a checkpoint goes on from there, to the same clip.
 */
final class JobRunner implements AutoCloseable {
  /** Previews of a job, about. */
  private static final int PREVIEWS = 10;

  private final Backend device;
  private final DataFolder data;
  private final Planner planner;
  private final JobEvents events;
  private final int checkpointEvery;

  /** The model that was used last; null before, and after a failure that may have damaged it. */
  private ServedModel model;

  private VideoPipeline pipeline;

  /**
   * A runner.
   *
   * @param checkpointEvery after how many steps the state is kept
   */
  JobRunner(
      Backend device, DataFolder data, Planner planner, JobEvents events, int checkpointEvery) {
    this.device = device;
    this.data = data;
    this.planner = planner;
    this.events = events;
    this.checkpointEvery = checkpointEvery;
  }

  /**
   * Does what a job asks for.
   *
   * @param begins is run when it is known behind which step the job begins
   * @return what is told of it from now on
   * @throws java.util.concurrent.CancellationException if it was stopped
   */
  ObjectNode run(RunningJob running, Runnable begins) throws IOException {
    JobRecord job = running.job();
    Path folder = data.job(job.id());
    ObjectNode facts = job.facts().deepCopy();
    return switch (Work.of(job.work())) {
      case Work.Generate work -> generate(running, begins, work, folder, facts);
      case Work.Extend work -> extend(running, begins, work, folder, facts);
      case Work.Assemble work -> assemble(running, work, folder, facts);
    };
  }

  // ---------------------------------------------------------------- a model makes a clip

  private ObjectNode generate(
      RunningJob running, Runnable begins, Work.Generate work, Path folder, ObjectNode facts)
      throws IOException {
    open(running.job().model());
    GenerationRequest request =
        Planner.request(pipeline.request(""), work.settings(), work.inputs(), folder);
    GenerationResult result = made(running, begins, request, folder);
    int rate = request.get(Setting.FRAMES_PER_SECOND);
    Path video = folder.resolve(DataFolder.VIDEO);
    MediaWriter.open(video.toString())
        .write(result.frames(), rate, result.provenance(rate, 1, Map.of("device", device.name())));
    ClipSize size = request.size();
    facts.set("spritesheet", Pictures.of(folder, size.width(), size.height(), size.frames()));
    if (!result.failures().isEmpty()) {
      facts.set(
          "warnings",
          Json.of(result.failures().stream().map(RuntimeException::getMessage).toList()));
    }
    return facts;
  }

  /** Makes a clip from where its checkpoint is, if there is one. */
  private GenerationResult made(
      RunningJob running, Runnable begins, GenerationRequest request, Path folder) {
    Path checkpoint = folder.resolve(DataFolder.CHECKPOINT);
    Path preview = folder.resolve(DataFolder.PREVIEW);
    GenerationRequest kept =
        request
            .with(Setting.CHECKPOINT, checkpoint)
            .with(Setting.CHECKPOINT_EVERY, checkpointEvery);
    Job job = job(withPreview(kept, preview), kept, checkpoint);
    running.computes(job, () -> showPreview(running, preview, request.size()));
    begins.run();
    try {
      return running.compute(() -> job.run(running, Tracer.NONE));
    } finally {
      running.computes(null, () -> {});
    }
  }

  /** Opens a model, unless it is open; its weights stay in memory if there is room for all. */
  private void open(String name) {
    ServedModel wanted =
        planner
            .model(name)
            .orElseThrow(
                () -> new PipelineException("model %s is not served any more".formatted(name)));
    if (wanted != model) {
      close();
      pipeline = wanted.open(device, WeightRetention.KEEP);
      model = wanted;
    }
  }

  private static GenerationRequest withPreview(GenerationRequest request, Path preview) {
    return request
        .with(Setting.PREVIEW, preview)
        .with(Setting.PREVIEW_EVERY, Math.ceilDiv(request.get(Setting.STEPS), PREVIEWS));
  }

  /** The job, from its checkpoint if there is one that can be used. */
  private Job job(GenerationRequest shown, GenerationRequest plain, Path checkpoint) {
    if (Files.exists(checkpoint)) {
      try {
        return fitting(
            shown.with(Setting.RESUME, checkpoint), plain.with(Setting.RESUME, checkpoint));
      } catch (ExpectedException _) {
        // Of another version, or damaged: the job begins anew, and makes the same clip.
        OutputFile.deleteQuietly(checkpoint);
      }
    }
    return fitting(shown, plain);
  }

  /** With previews, and weights that stay, if there is memory for both. */
  private Job fitting(GenerationRequest shown, GenerationRequest plain) {
    for (GenerationRequest request : List.of(shown, plain)) {
      try {
        return pipeline.job(request);
      } catch (PipelineException _) {
        // What is wrong beside memory is found again below.
      }
    }
    pipeline.close();
    pipeline = model.open(device, WeightRetention.RELEASE);
    return pipeline.job(plain);
  }

  private void showPreview(RunningJob running, Path preview, ClipSize size) {
    String id = running.job().id();
    if (!events.isHeard(id)) {
      return;
    }
    try {
      if (Files.exists(preview)) {
        byte[] png = Files.readAllBytes(preview);
        Files.delete(preview);
        ObjectNode shown = running.shown();
        ClipSize seen = Job.previewSize(pipeline.geometry(), size);
        ObjectNode event = Pictures.preview(png, seen.width(), seen.frames());
        event.put("step", running.taken());
        event.set("steps", shown.get("steps"));
        events.publish(id, "preview", event, false);
      }
    } catch (IOException _) {
      // The clip is what counts.
    }
  }

  // ---------------------------------------------------------------- a clip goes on

  private ObjectNode extend(
      RunningJob running, Runnable begins, Work.Extend work, Path folder, ObjectNode facts)
      throws IOException {
    open(running.job().model());
    GenerationRequest request =
        Planner.request(pipeline.request(""), work.settings(), List.of(), folder);
    Extension extension =
        work.growth().extension(RawClip.read(folder.resolve(Plan.SOURCE)), pipeline, request);
    Extension.Result result =
        extension.run((number, round) -> {
          int earlier = (number - 1) * request.get(Setting.STEPS);
          running.round(number, extension.rounds(), earlier);
          return round(running, begins, number, round, folder);
        });
    VideoFrames longer = result.clip();
    int rate = work.growth().framesPerSecond();
    MediaWriter.open(folder.resolve(DataFolder.VIDEO).toString())
        .write(
            longer,
            rate,
            extension.provenance(
                result,
                rate,
                device.name(),
                Optional.ofNullable(work.provenance()).map(Provenance::fromJson)));
    facts.put("seconds", Planner.seconds(longer.frames(), rate));
    ((ObjectNode) facts.get("settings"))
        .put("num_frames", longer.frames())
        .set("rounds", Json.of(result.settings().get("rounds")));
    ArrayNode warnings = (ArrayNode) facts.get("warnings");
    result.warnings().forEach(warnings::add);
    facts.set("spritesheet", Pictures.of(folder, longer.width(), longer.height(), longer.frames()));
    return facts;
  }

  /** The clip of a round, which is made once, however often the job goes on. */
  private GenerationResult round(
      RunningJob running, Runnable begins, int number, GenerationRequest request, Path folder) {
    Path finished = folder.resolve(DataFolder.ROUNDS).resolve(number + ".raw");
    try {
      if (Files.exists(finished)) {
        return new GenerationResult(
            RawClip.read(finished), pipeline.plan(request).settings(), List.of());
      }
      GenerationResult result = made(running, begins, request, folder);
      Files.createDirectories(finished.getParent());
      RawClip.write(finished, result.frames());
      return result;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---------------------------------------------------------------- clips become one

  private ObjectNode assemble(RunningJob running, Work.Assemble work, Path folder, ObjectNode facts)
      throws IOException {
    for (String id : work.videos()) {
      if (!Files.exists(data.job(id).resolve(DataFolder.VIDEO))) {
        throw new PipelineException("video %s is not there any more".formatted(id));
      }
    }
    Film film =
        Film.of(
                work.videos().stream()
                    .map(id -> Film.Part.whole(data.job(id).resolve(DataFolder.VIDEO)))
                    .toList(),
                0,
                Fit.COVER)
            .crossfaded(work.crossfade());
    running.requireWanted();
    MediaWriter writer = MediaWriter.open(folder.resolve(DataFolder.VIDEO).toString());
    writer.check(film.width(), film.height(), film.frames(), film.framesPerSecond());
    writer.write(film, FilmProvenance.of(film));
    facts.put("size", film.width() + "x" + film.height());
    facts.put("seconds", Planner.seconds(film.frames(), film.framesPerSecond()));
    ObjectNode settings = Json.object();
    settings.put("width", film.width()).put("height", film.height());
    settings.put("num_frames", film.frames()).put("fps", film.framesPerSecond());
    settings.put("crossfade", work.crossfade()).put("is_copied", film.isCopied());
    facts.set("settings", settings);
    facts.set("spritesheet", Pictures.of(folder, film.width(), film.height(), film.frames()));
    return facts;
  }

  /** Closes the model, so that the next job opens it anew. */
  @Override
  public void close() {
    Optional.ofNullable(pipeline).ifPresent(VideoPipeline::close);
    pipeline = null;
    model = null;
  }
}
