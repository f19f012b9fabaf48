package io.zoetrope.server.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.VideoPipeline;
import io.zoetrope.config.ConfigException;
import io.zoetrope.dit.scheduler.SchedulerKind;
import io.zoetrope.dit.scheduler.config.Schedulers;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.pipeline.task.Task;
import io.zoetrope.server.api.Json;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A model that is served. Workers open it for themselves; here it is open for questions alone,
 * which one thread asks at a time.
 */
public final class ServedModel implements AutoCloseable {
  private final String name;
  private final Supplier<ModelSource> source;
  private final ModelPrecision precision;
  private final Limits limits;
  private final VideoPipeline pipeline;
  private final Backend device;

  /** Of all parameters those that the model has. */
  private final List<Parameter> parameters = new ArrayList<>();

  private final List<String> schedulers = new ArrayList<>();
  private final ObjectNode card;

  /**
   * Opens a model for questions.
   *
   * @param name for clients
   * @param source opens its files
   * @param device that dry runs are made for; stays the caller's to close
   * @throws PipelineException if it is none that can be served
   */
  public ServedModel(
      String name,
      Supplier<ModelSource> source,
      ModelPrecision precision,
      Backend device,
      Limits limits,
      long created) {
    this.name = name;
    this.source = source;
    this.precision = precision;
    this.limits = limits;
    this.device = device;
    this.pipeline = open(device, WeightRetention.RELEASE);
    GenerationRequest defaults = defaults("");
    for (SchedulerKind kind : Schedulers.all()) {
      if (does(defaults.with(Setting.SCHEDULER, kind))) {
        schedulers.add(kind.optionName());
      }
    }
    for (Parameter parameter : Parameter.ALL) {
      if (has(parameter, defaults)) {
        parameters.add(parameter);
      }
    }
    this.card = card(defaults, created);
  }

  /** Opens the model for jobs. */
  public VideoPipeline open(Backend worker, WeightRetention retention) {
    return VideoPipeline.open(source.get(), worker, precision, retention);
  }

  /** What clients call it. */
  public String name() {
    return name;
  }

  /** What {@code /v1/models} says of it. */
  public ObjectNode card() {
    return card;
  }

  Limits limits() {
    return limits;
  }

  List<Parameter> parameters() {
    return parameters;
  }

  VideoPipeline pipeline() {
    return pipeline;
  }

  Backend device() {
    return device;
  }

  /** A request with all that a job of this server sets. */
  GenerationRequest defaults(String prompt) {
    GenerationRequest request = pipeline.request(prompt);
    if (request.find(Setting.NEGATIVE_PROMPT).isEmpty()) {
      request = request.with(Setting.NEGATIVE_PROMPT, "");
    }
    return request.with(Setting.SEED, 0L).with(Setting.VAE_TILING, false);
  }

  /** Whether the model makes something of an input that shows nothing. */
  boolean takes(Input... inputs) {
    return pipeline.tasks().stream()
        .anyMatch(task -> task.conditioning(List.of(inputs)).isPresent());
  }

  /** What the model does, for errors. */
  String tasks() {
    return String.join(", ", pipeline.tasks().stream().map(Task::title).toList());
  }

  /** Asks the model itself, with a value that every model which has the parameter accepts. */
  private boolean has(Parameter parameter, GenerationRequest defaults) {
    Setting<?> setting = parameter.setting();
    if (setting == Setting.SCHEDULER) {
      return schedulers.size() > 1;
    }
    if (setting == Setting.DYNAMIC_GUIDANCE) {
      return does(defaults.with(Setting.DYNAMIC_GUIDANCE, true));
    }
    if (setting == Setting.SIGMAS || setting == Setting.TIMESTEPS) {
      return defaults.find(Setting.DYNAMIC_GUIDANCE).isEmpty() && hasSteps(parameter, defaults);
    }
    if (setting.type() != Double.class || defaults.find(setting).isPresent()) {
      return true;
    }
    ObjectNode one = Json.object().put(setting.name(), 0.5);
    return does(Parameter.read(defaults, one));
  }

  private boolean hasSteps(Parameter parameter, GenerationRequest defaults) {
    boolean areSigmas = parameter.setting() == Setting.SIGMAS;
    ObjectNode two = Json.object();
    two.putArray(parameter.name()).add(areSigmas ? 1.0 : 900).add(areSigmas ? 0.5 : 400);
    return does(Parameter.read(defaults.with(Setting.STEPS, 2), two));
  }

  private boolean does(GenerationRequest request) {
    try {
      pipeline.plan(request);
      return true;
    } catch (PipelineException | ConfigException _) {
      return false;
    }
  }

  // ---------------------------------------------------------------- card

  private ObjectNode card(GenerationRequest defaults, long created) {
    ClipSize size = defaults.size();
    ObjectNode about = Json.object();
    about.put("id", name);
    about.put("object", "model");
    about.put("created", created);
    about.put("owned_by", "zoetrope");
    about.put("kind", pipeline.kind());
    about.set("tasks", Json.of(pipeline.tasks().stream().map(Task::title).toList()));
    ObjectNode accepts = about.putObject("accepts");
    accepts.put("image", takesPicture());
    accepts.put("video", takesClip());
    accepts.put("last_image", takes(Input.Image.first(dot()), Input.Image.last(dot())));
    about.put("one_size", pipeline.makesOneSize());
    about.put("default_size", text(size));
    about.set("sizes", Json.of(sizes(size)));
    VideoGeometry geometry = pipeline.geometry();
    ObjectNode grid = about.putObject("geometry");
    int fewest = geometry.framesWithin(1);
    grid.put("width_multiple", geometry.widthMultiple());
    grid.put("height_multiple", geometry.heightMultiple());
    grid.put("frames_multiple", geometry.framesCovering(fewest + 1) - fewest);
    grid.put("frames_offset", fewest);
    ArrayNode options = about.putArray("options");
    options.add(frames(defaults));
    parameters.forEach(parameter ->
        options.add(
            parameter.card(
                defaults,
                limits,
                parameter.setting() == Setting.SCHEDULER ? schedulers : List.of())));
    if (takesClip()) {
      ObjectNode strength = options.addObject();
      strength.put("name", "strength").put("title", "strength").put("type", "number");
      strength.put("default", VideoRequest.DEFAULT_STRENGTH).put("minimum", 0).put("maximum", 1);
      strength.put("extra", true);
    }
    ObjectNode most = about.putObject("limits");
    most.put("prompt_characters", limits.promptCharacters());
    most.put("frames", limits.frames());
    most.put("pixels", limits.pixels());
    most.put("body_bytes", limits.bodyBytes());
    return about;
  }

  private ObjectNode frames(GenerationRequest defaults) {
    ObjectNode frames = Json.object();
    frames.put("name", Setting.FRAMES.name()).put("title", Setting.FRAMES.title());
    frames.put("type", "integer").put("default", defaults.get(Setting.FRAMES));
    frames.put("minimum", pipeline.geometry().framesWithin(1)).put("maximum", limits.frames());
    return frames.put("extra", false);
  }

  boolean takesPicture() {
    return takes(Input.Image.first(dot()));
  }

  boolean takesClip() {
    return takes(new Input.Clip(dot(), 1));
  }

  private static VideoFrames dot() {
    return Task.black(new ClipSize(1, 1, 1), 1);
  }

  /** The model's own size, upright, square, and the same with half the sides. */
  private List<String> sizes(ClipSize size) {
    Set<String> sizes = new LinkedHashSet<>();
    sizes.add(text(size));
    if (!pipeline.makesOneSize()) {
      for (int part : new int[] {1, 2}) {
        ClipSize smaller = new ClipSize(size.width() / part, size.height() / part, size.frames());
        sizes.add(text(pipeline.geometry().inShapeOf(smaller, size.width(), size.height())));
        sizes.add(text(pipeline.geometry().inShapeOf(smaller, size.height(), size.width())));
        sizes.add(text(pipeline.geometry().inShapeOf(smaller, 1, 1)));
      }
    }
    return List.copyOf(sizes);
  }

  private static String text(ClipSize size) {
    return size.width() + "x" + size.height();
  }

  @Override
  public void close() {
    pipeline.close();
  }
}
