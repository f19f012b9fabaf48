package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.VideoPipeline;
import io.zoetrope.dit.cache.StepCaching;
import io.zoetrope.dit.scheduler.SchedulerKind;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.dit.scheduler.config.Schedulers;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The request that stands for a case: its prompts, sizes, and whatever else the reference was
 * given.
 *
 * @param name of the case, with which the names of its tensors begin
 * @param settings of the case
 * @param draws the tensors with what the reference has drawn, in that order; empty in fixtures
 *     without them
 */
record CaseRequest(
    Fixture fixture, Report report, String name, JsonNode settings, List<String> draws) {
  private static final Pattern DRAW = Pattern.compile(".*/noise/(\\d+)_[^/]*");

  static CaseRequest of(Fixture fixture, Report report, String name, JsonNode settings) {
    TreeMap<Integer, String> draws = new TreeMap<>();
    for (String tensor : fixture.namesOf(name)) {
      Matcher draw = DRAW.matcher(tensor);
      if (draw.matches()) {
        draws.put(Integer.valueOf(draw.group(1)), tensor);
      }
    }
    return new CaseRequest(fixture, report, name, settings, List.copyOf(draws.values()));
  }

  /** The request for one prompt of the case. */
  GenerationRequest of(VideoPipeline pipeline, Prompts prompts, int index) {
    GenerationRequest request =
        pipeline
            .request(prompts.prompt(index))
            .with(Setting.NEGATIVE_PROMPT, prompts.negativePrompt(index))
            .with(size(pipeline.geometry()))
            .with(Setting.STEPS, settings.path("steps").intValue())
            .with(Setting.GUIDANCE_SCALE, settings.path("guidance_scale").doubleValue());
    if (settings.has("frame_rate")) {
      request = request.with(Setting.FRAMES_PER_SECOND, settings.path("frame_rate").intValue());
    }
    for (Setting<Double> setting :
        List.of(
            Setting.GUIDANCE_RESCALE,
            Setting.IMAGE_COND_NOISE_SCALE,
            Setting.DECODE_TIMESTEP,
            Setting.DECODE_NOISE_SCALE)) {
      if (settings.has(setting.name())) {
        request = request.with(setting, settings.path(setting.name()).doubleValue());
      }
    }
    if (settings.has("max_sequence_length")) {
      request =
          request.with(
              Setting.MAX_SEQUENCE_LENGTH, settings.path("max_sequence_length").intValue());
    }
    if (settings.path("use_dynamic_cfg").booleanValue()) {
      request = request.with(Setting.DYNAMIC_GUIDANCE, true);
    }
    if (request.find(Setting.CLEAN_CAPTION).isPresent()) {
      // The reference of the fixtures leaves captions as they are.
      request = request.with(Setting.CLEAN_CAPTION, false);
    }
    if (prompts.count() > 1 && fixture.has(name + PipelineParity.BATCH)) {
      request = request.with(Setting.KEEP_PADDING, true);
    }
    return withCache(withInputs(withExperts(withScheduler(withNoise(request, index)))));
  }

  /**
   * The size of the clip. The reference rounds numbers of frames that do not come out even: latents
   * of Wan's fixtures say to what.
   */
  private ClipSize size(VideoGeometry geometry) {
    if (!draws.isEmpty()) {
      ClipSize asked =
          new ClipSize(
              settings.path("width").intValue(),
              settings.path("height").intValue(),
              settings.path("frames").intValue());
      return geometry.clip(geometry.latents(asked));
    }
    // Without those that stand for references.
    long[] sizes = fixture.shape(initialNoise()).sizes();
    return geometry.clip(
        Shape.of(sizes[1], sizes[2] - settings.path("references").size(), sizes[3], sizes[4]));
  }

  private String initialNoise() {
    return Stream.of("/noise", "/initial_latents")
        .map(name::concat)
        .filter(fixture::has)
        .findFirst()
        .orElseThrow(() -> new PipelineException(name + ": the fixture has no initial noise"));
  }

  /** Schedulers that add noise in their steps go on where the initial noise has ended. */
  private GenerationRequest withNoise(GenerationRequest request, int index) {
    if (!draws.isEmpty()) {
      return request;
    }
    JsonNode seed = fixture.json().path("generator_seed").path(name);
    if (fixture.has(name + "/step0/noise")) {
      return request.with(Setting.SEED, seed.longValue());
    }
    report.input(initialNoise());
    return request.with(new Input.Noise(fixture.tensor(initialNoise()).select(0, index)));
  }

  /**
   * What the reference has drawn for a prompt of the case, one draw after the other; empty where
   * the request says which noise there is.
   */
  Optional<NoiseSource> noise(int index) {
    if (draws.isEmpty()) {
      return Optional.empty();
    }
    Iterator<String> next = draws.iterator();
    return Optional.of(sizes -> {
      if (!next.hasNext()) {
        throw new PipelineException(
            "%s: noise %s is drawn where the reference draws none"
                .formatted(name, Arrays.toString(sizes)));
      }
      String tensor = next.next();
      report.input(tensor);
      Tensor stored = fixture.tensor(tensor);
      boolean isAlone = stored.shape().equals(Shape.of(sizes));
      Tensor drawn = isAlone ? stored : stored.select(0, index);
      if (!drawn.shape().equals(Shape.of(sizes))) {
        throw new PipelineException(
            "%s: noise %s is drawn where the reference draws %s"
                .formatted(tensor, Arrays.toString(sizes), drawn.shape()));
      }
      return Tensor.of(drawn.toFloats(), sizes);
    });
  }

  private GenerationRequest withScheduler(GenerationRequest request) {
    JsonNode own = settings.path("scheduler");
    if (own.isMissingNode()) {
      return request;
    }
    boolean apart = settings.has("scheduler_class");
    String className = (apart ? settings.path("scheduler_class") : own.path("class")).asText();
    SchedulerKind kind = Schedulers.ofClassName(className);
    GenerationRequest scheduled =
        request.with(
            Setting.SCHEDULER_CONFIG,
            SchedulerConfig.parse(kind, apart ? own : own.path("config")));
    JsonNode given = own.path("set_timesteps");
    for (Setting<List<Double>> setting : List.of(Setting.SIGMAS, Setting.TIMESTEPS)) {
      if (given.has(setting.name())) {
        scheduled =
            scheduled.with(
                setting,
                given.path(setting.name()).valueStream().map(JsonNode::doubleValue).toList());
      }
    }
    return scheduled;
  }

  private GenerationRequest withCache(GenerationRequest request) {
    Optional<StepCaching> cache = StepCaching.parse(settings.path("cache").asText("none"));
    if (cache.isEmpty()) {
      return request;
    }
    if (cache.get() instanceof StepCaching.Mag mag) {
      List<Double> ratios =
          settings.path("mag_ratios").valueStream().map(JsonNode::doubleValue).toList();
      return request.with(Setting.CACHE, mag.with(List.of(ratios, ratios)));
    }
    return request.with(Setting.CACHE, cache.get());
  }

  /** The reference guides both experts alike where a case names one scale. */
  private GenerationRequest withExperts(GenerationRequest request) {
    if (request.find(Setting.BOUNDARY_RATIO).isEmpty()) {
      return request;
    }
    double scale = request.get(Setting.GUIDANCE_SCALE);
    double boundary = request.get(Setting.BOUNDARY_RATIO);
    return request
        .with(Setting.GUIDANCE_SCALE_2, settings.path("guidance_scale_2").asDouble(scale))
        .with(Setting.BOUNDARY_RATIO, settings.path("boundary_ratio").asDouble(boundary));
  }

  private GenerationRequest withInputs(GenerationRequest request) {
    return switch (settings.path("kind").asText()) {
      case "v2v" ->
          request.with(
              new Input.Clip(
                  video("input_video_uint8", request.size().frames()),
                  settings.path("strength").doubleValue()));
      case "i2v" -> {
        GenerationRequest begun = request.with(Input.Image.first(picture("image_uint8")));
        yield settings.path("last_image").booleanValue()
            ? begun.with(Input.Image.last(picture("last_image_uint8")))
            : begun;
      }
      case "vace" -> withControl(request);
      case "condition" -> withConditions(request);
      default -> request;
    };
  }

  private GenerationRequest withConditions(GenerationRequest request) {
    if (settings.has("frame_index")) {
      return request.with(
          new Input.Condition(
              picture("image_uint8"),
              settings.path("frame_index").intValue(),
              settings.path("condition_strength").doubleValue()));
    }
    GenerationRequest with = request;
    for (int i = 0; i < settings.path("conditions").size(); i++) {
      JsonNode condition = settings.path("conditions").get(i);
      with =
          with.with(
              new Input.Condition(
                  video("condition/%d_uint8".formatted(i), Integer.MAX_VALUE),
                  condition.path("frame_index").intValue(),
                  condition.path("strength").doubleValue()));
    }
    if (settings.has("denoise_strength")) {
      report.input(name + "/latents_in");
      with =
          with.with(
              new Input.Latents(
                  fixture.tensor(name + "/latents_in").select(0, 0),
                  settings.path("denoise_strength").doubleValue()));
    }
    return with;
  }

  private GenerationRequest withControl(GenerationRequest request) {
    JsonNode scale = settings.path("conditioning_scale");
    GenerationRequest with =
        request.with(
            Setting.CONDITIONING_SCALE,
            scale.isArray()
                ? scale.valueStream().map(JsonNode::doubleValue).toList()
                : List.of(scale.doubleValue()));
    for (int i = 0; i < settings.path("references").size(); i++) {
      with = with.with(new Input.Reference(picture("control/reference%d_uint8".formatted(i))));
    }
    if (fixture.has(name + "/control/video_uint8")) {
      with = with.with(new Input.Control(video("control/video_uint8", request.size().frames())));
    }
    return fixture.has(name + "/control/mask_uint8") ? with.with(new Input.Mask(mask())) : with;
  }

  /** [frames, height, width], of which every colour has the same levels. */
  private VideoFrames mask() {
    String tensor = name + "/control/mask_uint8";
    report.input(tensor);
    Shape shape = fixture.shape(tensor);
    byte[] levels = fixture.bytes(tensor);
    byte[] rgb = new byte[3 * levels.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = levels[i / 3];
    }
    return new VideoFrames(shape.intSize(2), shape.intSize(1), shape.intSize(0), rgb);
  }

  /** The first frames of a clip, [frames, height, width, 3]. */
  private VideoFrames video(String tensor, int frames) {
    Shape shape = fixture.shape(name + "/" + tensor);
    int count = Math.min(frames, shape.intSize(0));
    return frames(tensor, count, shape.intSize(1), shape.intSize(2));
  }

  /** A picture, [height, width, 3]. */
  private VideoFrames picture(String tensor) {
    Shape shape = fixture.shape(name + "/" + tensor);
    return frames(tensor, 1, shape.intSize(0), shape.intSize(1));
  }

  private VideoFrames frames(String tensor, int count, int height, int width) {
    report.input(name + "/" + tensor);
    byte[] rgb = fixture.bytes(name + "/" + tensor);
    return new VideoFrames(width, height, count, Arrays.copyOf(rgb, count * height * width * 3));
  }
}
