package io.zoetrope.server.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.ConfigException;
import io.zoetrope.files.ExpectedException;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.JobForecast;
import io.zoetrope.pipeline.JobNeeds;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.StageNeeds;
import io.zoetrope.pipeline.run.FreeMemory;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.server.api.ApiException;
import io.zoetrope.server.api.Fields;
import io.zoetrope.server.api.Json;
import io.zoetrope.server.upload.UploadDecoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Finds out what becomes of a request before anything is computed: whether a model can do it, which
 * settings are in force, what it takes.
 */
public final class Planner {
  private static final String REFERENCE = "input_reference";
  private static final String LAST_PICTURE = "extra_params.last_image";

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
    ServedModel model = asked.model().map(this::required).orElse(models.getFirst());
    try {
      return plan(asked, model, folder);
    } catch (PipelineException | ConfigException e) {
      throw ApiException.invalid(blamed(e, asked), e.getMessage());
    }
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
    request = withLength(request, asked, model);
    if (asked.width().isPresent()) {
      request =
          request
              .with(Setting.WIDTH, asked.width().get())
              .with(Setting.HEIGHT, asked.height().get());
    }
    requireTask(asked, model);
    model.pipeline().geometry().check(request.size());
    List<Plan.InputFile> inputs = new ArrayList<>();
    request = withInputs(request, asked, model, folder, inputs);
    keep(asked, folder);
    // Uploads are decoded by then: nobody waits for somebody else's.
    Rehearsed rehearsed;
    synchronized (model) {
      rehearsed = rehearsed(request, model);
    }
    ObjectNode facts = rehearsed.facts();
    facts.set("forecast", forecast(rehearsed));
    return new Plan(model, Parameter.json(request), inputs, facts, rehearsed.needs().peakBytes());
  }

  /**
   * What a dry run of a job has shown.
   *
   * @param facts what clients are told, but for the forecast
   * @param time may measure the device for seconds, which nobody else needs to wait for
   */
  private record Rehearsed(
      ObjectNode facts, JobNeeds needs, Room room, Supplier<Optional<JobForecast>> time) {}

  private Rehearsed rehearsed(GenerationRequest request, ServedModel model) {
    Job job = model.pipeline().plan(request);
    JobNeeds needs = job.memoryNeeds();
    Room room = room(needs, model);
    return new Rehearsed(
        facts(request, job), needs, room, room.fits() ? job.forecasting() : Optional::empty);
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

  // ---------------------------------------------------------------- inputs

  private static void requireTask(VideoRequest asked, ServedModel model) {
    boolean takesOne = model.takesPicture() || model.takesClip();
    if (asked.reference().isPresent() && !takesOne) {
      throw cannot(REFERENCE, "no picture and no clip", model);
    }
    if (asked.strength().isPresent() && (asked.reference().isEmpty() || !model.takesClip())) {
      throw ApiException.invalid(
          "extra_params.strength", "strength is of a clip to start from, and there is none");
    }
  }

  private static ApiException cannot(String parameter, String what, ServedModel model) {
    return new ApiException(
        400,
        parameter,
        "unsupported_task",
        "%s: model %s takes %s; it does %s"
            .formatted(parameter, model.name(), what, model.tasks()));
  }

  private GenerationRequest withInputs(
      GenerationRequest request,
      VideoRequest asked,
      ServedModel model,
      Path folder,
      List<Plan.InputFile> inputs) {
    GenerationRequest with = request;
    if (asked.reference().isPresent()) {
      byte[] file = asked.reference().get();
      UploadDecoder.Found found = decoder.look(REFERENCE, file);
      if (asked.width().isEmpty() && !model.pipeline().makesOneSize()) {
        with =
            with.with(
                model.pipeline().geometry().inShapeOf(with.size(), found.width(), found.height()));
      }
      with =
          found.goesOn()
              ? withClip(with, asked, model, folder, inputs)
              : withPicture(with, REFERENCE, file, Plan.Role.FIRST, model, folder, inputs);
    }
    if (asked.lastPicture().isPresent()) {
      with =
          withPicture(
              with, LAST_PICTURE, asked.lastPicture().get(), Plan.Role.LAST, model, folder, inputs);
    }
    return with;
  }

  /** Files as they came, for changes of the job. */
  private static void keep(VideoRequest asked, Path folder) {
    try {
      if (asked.reference().isPresent()) {
        Files.write(folder.resolve(REFERENCE), asked.reference().get());
      }
      if (asked.lastPicture().isPresent()) {
        Files.write(folder.resolve(LAST_PICTURE), asked.lastPicture().get());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Completes a request with all that another job has, but for what the request says itself.
   *
   * @param settings of the other job
   * @param folder of the other job
   */
  public static VideoRequest remix(
      Fields changes, String model, ObjectNode settings, Path folder, Limits limits) {
    Optional<byte[]> reference = kept(folder, REFERENCE);
    Optional<byte[]> last = kept(folder, LAST_PICTURE);
    return VideoRequest.remix(changes, model, settings, reference, last, limits);
  }

  private static Optional<byte[]> kept(Path folder, String name) {
    try {
      Path file = folder.resolve(name);
      return Files.exists(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private GenerationRequest withPicture(
      GenerationRequest request,
      String parameter,
      byte[] file,
      Plan.Role role,
      ServedModel model,
      Path folder,
      List<Plan.InputFile> inputs) {
    if (role == Plan.Role.FIRST && !model.takesPicture()) {
      throw cannot(parameter, "clips alone", model);
    }
    String name = role.name().toLowerCase(Locale.ROOT) + ".raw";
    Path frames = folder.resolve(name);
    UploadDecoder.Found found =
        decoder.decode(
            parameter, file, frames, 1, request.get(Setting.WIDTH), request.get(Setting.HEIGHT));
    if (found.goesOn()) {
      throw ApiException.invalid(
          parameter, parameter + ": it has more than 1 frame, a picture is needed");
    }
    inputs.add(new Plan.InputFile(name, role, 1));
    return request.with(input(UploadDecoder.frames(frames), role, 1));
  }

  private GenerationRequest withClip(
      GenerationRequest request,
      VideoRequest asked,
      ServedModel model,
      Path folder,
      List<Plan.InputFile> inputs) {
    if (!model.takesClip()) {
      throw cannot(REFERENCE, "pictures alone", model);
    }
    boolean isGiven = asked.frames().isPresent() || asked.seconds().isPresent();
    String name = "clip.raw";
    Path frames = folder.resolve(name);
    int most = isGiven ? request.get(Setting.FRAMES) : model.limits().frames();
    int found =
        decoder
            .decode(
                REFERENCE,
                asked.reference().orElseThrow(),
                frames,
                most,
                request.get(Setting.WIDTH),
                request.get(Setting.HEIGHT))
            .frames();
    int used = isGiven ? most : model.pipeline().geometry().framesWithin(found);
    if (used > found) {
      throw ApiException.invalid(
          isGiven ? "num_frames" : REFERENCE,
          "the clip has %d frames, %d are needed".formatted(found, used));
    }
    double strength = asked.strength().orElse(VideoRequest.DEFAULT_STRENGTH);
    inputs.add(new Plan.InputFile(name, Plan.Role.CLIP, strength));
    return request
        .with(Setting.FRAMES, used)
        .with(input(UploadDecoder.frames(frames).first(used), Plan.Role.CLIP, strength));
  }

  private static Input input(VideoFrames frames, Plan.Role role, double strength) {
    return switch (role) {
      case FIRST -> Input.Image.first(frames);
      case LAST -> Input.Image.last(frames);
      case CLIP -> new Input.Clip(frames, strength);
    };
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
      VideoFrames frames = UploadDecoder.frames(folder.resolve(input.file()));
      int used = input.role() == Plan.Role.CLIP ? made.get(Setting.FRAMES) : 1;
      made = made.with(input(frames.first(used), input.role(), input.strength()));
    }
    return made;
  }

  // ---------------------------------------------------------------- what clients are told

  private static ObjectNode facts(GenerationRequest request, Job job) {
    ClipSize size = request.size();
    int rate = request.get(Setting.FRAMES_PER_SECOND);
    ObjectNode facts = Json.object();
    facts.put("size", size.width() + "x" + size.height());
    facts.put("seconds", seconds(size.frames(), rate));
    facts.put("task", task(request));
    ObjectNode settings = Json.object();
    settings.setAll((ObjectNode) Json.of(job.settings()));
    // The name that clients know, not the folder.
    settings.remove("model");
    Parameter.json(request)
        .properties()
        .forEach(field -> settings.set(field.getKey(), field.getValue()));
    settings.remove("prompt");
    facts.set("settings", settings);
    facts.set("warnings", Json.of(job.warnings()));
    return facts;
  }

  /** How long so many frames play, as text. */
  public static String seconds(int frames, int rate) {
    String text = String.format(Locale.ROOT, "%.3f", (double) frames / rate);
    return text.replaceAll("\\.?0+$", "");
  }

  private static String task(GenerationRequest request) {
    if (request.inputs().isEmpty()) {
      return "text to video";
    }
    return request.input(Input.Clip.class).isPresent() ? "video to video" : "image to video";
  }

  private static ObjectNode forecast(Rehearsed job) {
    Room room = job.room();
    Optional<JobForecast> time = job.time().get();
    ObjectNode forecast = Json.object();
    forecast.put("fits", room.fits());
    ObjectNode memory = forecast.putObject("memory");
    memory.put("needed_bytes", room.needed());
    memory.put("available_bytes", room.available());
    memory.put("largest_stage", room.what());
    forecast.set("seconds", Json.of(time.map(JobForecast::seconds).orElse(null)));
    ArrayNode stages = forecast.putArray("stages");
    for (StageNeeds stage : job.needs().stages()) {
      ObjectNode entry = stages.addObject();
      entry.put("name", stage.stage().name().toLowerCase(Locale.ROOT));
      entry.put("title", stage.stage().title());
      entry.put("weight_bytes", stage.weightBytes());
      entry.put("scratch_bytes", stage.scratchBytes());
      Optional<JobForecast.StageForecast> known =
          time.map(forecasts -> forecasts.stage(stage.stage()));
      entry.set("flops", Json.of(known.map(JobForecast.StageForecast::flops).orElse(null)));
      entry.set("seconds", Json.of(known.map(JobForecast.StageForecast::seconds).orElse(null)));
    }
    return forecast;
  }

  /**
   * What a job needs and can have, of the memory that decides.
   *
   * @param what takes most of it
   */
  private record Room(long needed, long available, String what) {
    boolean fits() {
      return needed <= available;
    }
  }

  /** The finished clip lies on the Java heap, together with what is made of it. */
  private Room room(JobNeeds needs, ServedModel model) {
    long heap = Runtime.getRuntime().maxMemory() / 2;
    if (needs.clipBytes() > heap) {
      return new Room(needs.clipBytes(), heap, "finished clip on the Java heap");
    }
    long available =
        model.device().computesInMainMemory()
            ? availableBytes()
            : Math.max(availableBytes(), needs.peakBytes());
    return new Room(needs.peakBytes(), available, needs.largest().stage().title());
  }

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
  private static String blamed(ExpectedException e, VideoRequest asked) {
    String message = e.getMessage();
    if (message.startsWith("size ") || message.contains("2 GiB")) {
      return asked.sizeParameter();
    }
    if (message.startsWith("frames ")) {
      return asked.seconds().isPresent() ? "seconds" : "num_frames";
    }
    return Parameter.ALL.stream()
        .filter(parameter -> message.startsWith(parameter.setting().title() + " "))
        .map(Parameter::path)
        .findFirst()
        .orElse(asked.reference().isPresent() ? REFERENCE : null);
  }
}
