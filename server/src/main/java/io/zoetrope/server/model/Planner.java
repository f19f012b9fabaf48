package io.zoetrope.server.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.ConfigException;
import io.zoetrope.files.ExpectedException;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.JobNeeds;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.run.FreeMemory;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.pipeline.sequence.Extension;
import io.zoetrope.server.api.ApiException;
import io.zoetrope.server.api.Fields;
import io.zoetrope.server.upload.UploadDecoder;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds out what becomes of a request before anything is computed: whether a model can do it, which
 * settings are in force, what it takes.
 */
public final class Planner {
  private static final int MOST_RATE = 1000;

  /** Seeds that a client can read without losing digits. */
  private static final int SEEDS = Integer.MAX_VALUE;

  private final List<ServedModel> models;
  private final UploadDecoder decoder;
  private final SecureRandom random = new SecureRandom();

  /** What there was when nothing ran; jobs that run now will have given it back. */
  private final long memoryAtStart = FreeMemory.now().bytes();

  /**
   * A planner.
   *
   * @param models at least one; the first is taken where none is named
   */
  public Planner(List<ServedModel> models, UploadDecoder decoder) {
    this.models = models;
    this.decoder = decoder;
  }

  /** The models that are served. */
  public List<ServedModel> models() {
    return models;
  }

  /** A model by its name. */
  public Optional<ServedModel> model(String name) {
    return models.stream().filter(model -> model.name().equals(name)).findFirst();
  }

  /**
   * Plans a request.
   *
   * @param folder gets the inputs, decoded
   * @throws ApiException that says what is to blame, and what can be asked for instead
   */
  public Plan plan(VideoRequest asked, Path folder) {
    ServedModel model = model(asked);
    try {
      return plan(asked, model, folder);
    } catch (PipelineException | ConfigException e) {
      String other = asked.reference().isPresent() ? Inputs.REFERENCE : null;
      throw ApiException.invalid(blamed(e, asked, asked.sizeParameter(), other), e.getMessage());
    }
  }

  private ServedModel model(VideoRequest asked) {
    return asked.model().map(this::required).orElse(models.getFirst());
  }

  private ServedModel required(String name) {
    return model(name)
        .orElseThrow(() ->
            new ApiException(
                400,
                "model",
                "model_not_found",
                "model: there is none of that name; there are "
                    + String.join(", ", models.stream().map(ServedModel::name).toList())));
  }

  private Plan plan(VideoRequest asked, ServedModel model, Path folder) {
    if (asked.seconds().isPresent() && asked.frames().isPresent()) {
      throw ApiException.invalid("seconds", "seconds: num_frames says it too; give one of them");
    }
    GenerationRequest request = withLength(settings(asked, model), asked, model);
    Inputs inputs = new Inputs(asked, model, decoder, folder);
    inputs.requireTask();
    model.pipeline().geometry().check(request.size());
    request = inputs.addTo(request);
    Prospect prospect;
    // Uploads are decoded by then: nobody waits for somebody else's.
    synchronized (model) {
      Job job = model.pipeline().plan(request);
      prospect = Prospect.of(job, request, job.memoryNeeds(), model, availableBytes(), 1);
    }
    return new Plan(
        model,
        Parameter.json(request),
        inputs.files(),
        prospect.told(),
        prospect.needs().peakBytes());
  }

  /**
   * Completes a request with all that another job has, but for what the request says itself.
   *
   * @param settings of the other job
   * @param folder of the other job
   */
  public static VideoRequest remix(
      Fields changes, String model, ObjectNode settings, Path folder, Limits limits) {
    return VideoRequest.remix(
        changes, model, settings, Inputs.reference(folder), Inputs.lastPicture(folder), limits);
  }

  /**
   * Makes the request of a plan again, for the worker that runs it.
   *
   * @param request of the same model, with its defaults
   * @param folder that has the inputs
   */
  public static GenerationRequest request(
      GenerationRequest request, ObjectNode settings, List<Plan.InputFile> inputs, Path folder) {
    GenerationRequest made = Parameter.read(request, settings);
    for (Plan.InputFile input : inputs) {
      made = made.with(Inputs.read(input, folder, made));
    }
    return made;
  }

  // ---------------------------------------------------------------- clips that go on

  /**
   * What becomes of a request for a longer clip.
   *
   * @param plan its settings are those of a round
   * @param growth how the rounds are joined
   */
  public record LongerPlan(Plan plan, Growth growth) {}

  /**
   * Plans to make a clip longer.
   *
   * @param folder gets the clip, decoded, as {@link Plan#SOURCE}
   * @throws ApiException that says what is to blame
   */
  public LongerPlan plan(ExtensionRequest asked, Path folder) {
    ServedModel model = model(asked.round());
    try {
      return plan(asked, model, folder);
    } catch (PipelineException | ConfigException e) {
      boolean isOverlap = e.getMessage().startsWith("overlap ");
      String size =
          asked.round().width().isPresent() ? asked.round().sizeParameter() : ExtensionRequest.CLIP;
      throw ApiException.invalid(
          isOverlap
              ? "overlap"
              : blamed(e, asked.round(), size, isOverlap ? "overlap" : ExtensionRequest.CLIP),
          e.getMessage());
    }
  }

  private LongerPlan plan(ExtensionRequest asked, ServedModel model, Path folder) {
    GenerationRequest settings = settings(asked.round(), model);
    if (asked.round().frames().isPresent()) {
      settings = settings.with(Setting.FRAMES, asked.round().frames().get());
    }
    Path source = folder.resolve(Plan.SOURCE);
    UploadDecoder.Found found =
        decoder.decode(ExtensionRequest.CLIP, asked.clip(), source, model.limits().frames(), 0, 0);
    requireWithin(found, model.limits());
    VideoFrames clip = UploadDecoder.frames(source);
    GenerationRequest request =
        asked.round().width().isPresent()
            ? settings
            : settings.with(Setting.WIDTH, clip.width()).with(Setting.HEIGHT, clip.height());
    int modelRate = request.get(Setting.FRAMES_PER_SECOND);
    int rate =
        found.framesPerSecond() == 0
            ? modelRate
            : Math.clamp(Math.round(found.framesPerSecond()), 1, MOST_RATE);
    Growth growth =
        new Growth(
            asked.ends(),
            asked.overlap(),
            asked.round().seconds().map(seconds -> added(seconds, rate, clip, model.limits())),
            rate);
    Extension extension;
    Prospect prospect;
    synchronized (model) {
      extension = growth.extension(clip, model.pipeline(), request);
      GenerationRequest first = extension.firstRequest();
      Job job = model.pipeline().plan(first);
      prospect =
          Prospect.of(
              job,
              first,
              needs(job.memoryNeeds(), extension),
              model,
              availableBytes(),
              extension.rounds());
    }
    ObjectNode facts = prospect.told();
    facts.put("size", clip.width() + "x" + clip.height());
    facts.put("seconds", seconds(clip.frames() + extension.added(), rate));
    facts.put("task", "extension");
    ((ObjectNode) facts.get("settings"))
        .put("fps", rate)
        .put("direction", asked.ends().direction())
        .put("overlap", extension.joint().overlap())
        .put("rounds", extension.rounds());
    if (rate != modelRate) {
      ((ArrayNode) facts.get("warnings"))
          .add(
              String.format(
                  Locale.ROOT,
                  "the model makes %d frames a second, the clip plays at %d: what is added moves %.1f times as fast",
                  modelRate,
                  rate,
                  (double) rate / modelRate));
    }
    long bytes = prospect.needs().peakBytes();
    return new LongerPlan(
        new Plan(model, Parameter.json(request), List.of(), facts, bytes), growth);
  }

  private static void requireWithin(UploadDecoder.Found clip, Limits limits) {
    if (clip.goesOn()) {
      throw ApiException.invalid(
          ExtensionRequest.CLIP, "video: it has more than %d frames".formatted(limits.frames()));
    }
    if ((long) clip.width() * clip.height() > limits.pixels()) {
      throw ApiException.invalid(
          ExtensionRequest.CLIP,
          "video: %dx%d are more than %d pixels"
              .formatted(clip.width(), clip.height(), limits.pixels()));
    }
  }

  private static int added(double seconds, int rate, VideoFrames clip, Limits limits) {
    long added = Math.max(1, Math.round(seconds * rate));
    if (clip.frames() + added > limits.frames()) {
      throw ApiException.invalid(
          "seconds",
          "seconds: %d frames more than the %d of the clip; at most %d are accepted in all"
              .formatted(added, clip.frames(), limits.frames()));
    }
    return (int) added;
  }

  /** With the longer clip, and the one that it is copied from when it grows. */
  private static JobNeeds needs(JobNeeds round, Extension extension) {
    VideoFrames clip = extension.clip();
    long longer =
        new ClipSize(clip.width(), clip.height(), clip.frames() + extension.added()).bytes();
    return new JobNeeds(
        round.stages(), round.clipBytes() + 2 * longer, round.keepsWeights(), round.runtimeBytes());
  }

  /** The model's defaults with what a request says, but for its length. */
  private GenerationRequest settings(VideoRequest asked, ServedModel model) {
    GenerationRequest request =
        model.defaults(asked.prompt()).with(Setting.SEED, (long) random.nextInt(SEEDS));
    for (Parameter parameter : model.parameters()) {
      request =
          parameter.applyTo(
              request, parameter.isExtra() ? asked.extra() : asked.fields(), model.limits());
    }
    asked.fields().requireAllRead();
    asked.extra().requireAllRead();
    request = withSteps(request);
    return asked.width().isEmpty()
        ? request
        : request
            .with(Setting.WIDTH, asked.width().get())
            .with(Setting.HEIGHT, asked.height().get());
  }

  /** Steps that are given one by one say how many there are, too. */
  private static GenerationRequest withSteps(GenerationRequest request) {
    return request
        .find(Setting.SIGMAS)
        .or(() -> request.find(Setting.TIMESTEPS))
        .map(steps -> request.with(Setting.STEPS, steps.size()))
        .orElse(request);
  }

  private static GenerationRequest withLength(
      GenerationRequest request, VideoRequest asked, ServedModel model) {
    if (asked.frames().isPresent()) {
      return request.with(Setting.FRAMES, asked.frames().get());
    }
    if (asked.seconds().isEmpty()) {
      return request;
    }
    double frames = asked.seconds().get() * request.get(Setting.FRAMES_PER_SECOND);
    if (frames > model.limits().frames()) {
      throw ApiException.invalid(
          "seconds",
          "seconds: %.0f frames at %d a second; at most %d are accepted"
              .formatted(frames, request.get(Setting.FRAMES_PER_SECOND), model.limits().frames()));
    }
    return request.with(Setting.FRAMES, model.pipeline().geometry().framesNearest(frames));
  }

  /** How long so many frames play, as text. */
  public static String seconds(int frames, int rate) {
    String text = String.format(Locale.ROOT, "%.3f", (double) frames / rate);
    return text.replaceAll("\\.?0+$", "");
  }

  // ---------------------------------------------------------------- memory

  /** What a job can have when no other one runs. */
  public long availableBytes() {
    return Math.max(memoryAtStart, FreeMemory.now().bytes());
  }

  /**
   * Refuses a plan that there never is memory for.
   *
   * @throws ApiException that says how much is needed and how much there is
   */
  public static void requireFit(Plan plan) {
    ObjectNode forecast = (ObjectNode) plan.facts().get("forecast");
    if (!forecast.get("fits").asBoolean()) {
      long needed = forecast.at("/memory/needed_bytes").asLong();
      long available = forecast.at("/memory/available_bytes").asLong();
      throw ApiException.memory(
          needed,
          available,
          "%s, %s s need %d MiB of memory for the %s, and %d MiB are available: use a smaller size, fewer frames or extra_params.vae_tiling"
              .formatted(
                  plan.facts().get("size").asText(),
                  plan.facts().get("seconds").asText(),
                  Math.ceilDiv(needed, 1L << 20),
                  forecast.at("/memory/largest_stage").asText(),
                  available >> 20));
    }
  }

  /** The parameter that a model's complaint is about: it begins with what settings are called. */
  private static String blamed(ExpectedException e, VideoRequest asked, String size, String other) {
    String message = e.getMessage();
    if (message.startsWith("size ") || message.contains("2 GiB")) {
      return size;
    }
    if (message.contains(" frames a round")) {
      return "num_frames";
    }
    if (message.startsWith("frames ")) {
      return asked.seconds().isPresent() ? "seconds" : "num_frames";
    }
    return Parameter.ALL.stream()
        .filter(parameter -> message.startsWith(parameter.setting().title() + " "))
        .map(Parameter::path)
        .findFirst()
        .orElse(other);
  }
}
