package io.zoetrope.server.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.ConfigException;
import io.zoetrope.dit.scheduler.SchedulerKind;
import io.zoetrope.dit.scheduler.config.Schedulers;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.server.api.ApiException;
import io.zoetrope.server.api.Fields;
import io.zoetrope.server.api.Json;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A setting as clients give it, by the name that vLLM-Omni and diffusers have for it.
 *
 * @param setting what it sets
 * @param isExtra whether it stands in {@code extra_params}
 * @param minimum of numbers; null for none
 * @param maximum of numbers; null for none
 */
record Parameter(Setting<?> setting, boolean isExtra, Double minimum, Double maximum) {
  private static final double MOST_STEPS = 1000;
  private static final double MOST_RATE = 240;

  /** All that requests can set beside prompt, size and number of frames. */
  static final List<Parameter> ALL =
      List.of(
          plain(Setting.NEGATIVE_PROMPT, null, null),
          plain(Setting.FRAMES_PER_SECOND, 1.0, MOST_RATE),
          plain(Setting.STEPS, 1.0, MOST_STEPS),
          plain(Setting.GUIDANCE_SCALE, null, null),
          plain(Setting.GUIDANCE_SCALE_2, null, null),
          plain(Setting.BOUNDARY_RATIO, 0.0, 1.0),
          plain(Setting.FLOW_SHIFT, 0.0, null),
          plain(Setting.SEED, 0.0, null),
          extra(Setting.SCHEDULER, null, null),
          extra(Setting.GUIDANCE_RESCALE, 0.0, 1.0),
          extra(Setting.DYNAMIC_GUIDANCE, null, null),
          extra(Setting.SIGMAS, 0.0, 1.0),
          extra(Setting.TIMESTEPS, 0.0, null),
          extra(Setting.MAX_SEQUENCE_LENGTH, 1.0, 4096.0),
          extra(Setting.DECODE_TIMESTEP, 0.0, 1.0),
          extra(Setting.DECODE_NOISE_SCALE, 0.0, 1.0),
          extra(Setting.IMAGE_COND_NOISE_SCALE, 0.0, null),
          extra(Setting.VAE_TILING, null, null));

  private static Parameter plain(Setting<?> setting, Double minimum, Double maximum) {
    return new Parameter(setting, false, minimum, maximum);
  }

  private static Parameter extra(Setting<?> setting, Double minimum, Double maximum) {
    return new Parameter(setting, true, minimum, maximum);
  }

  String name() {
    return setting.name();
  }

  /** Where it stands in requests. */
  String path() {
    return isExtra ? "extra_params." + name() : name();
  }

  /** The request with what the client says; the same if it says nothing. */
  GenerationRequest applyTo(GenerationRequest request, Fields fields, Limits limits) {
    Optional<?> value = read(fields, limits);
    if (value.isEmpty()) {
      return request;
    }
    try {
      return with(request, setting, value.get());
    } catch (PipelineException e) {
      throw ApiException.invalid(path(), e.getMessage());
    }
  }

  private Optional<?> read(Fields fields, Limits limits) {
    if (setting == Setting.SEED) {
      return fields.seed(name());
    }
    if (setting.type() == Integer.class) {
      return fields.integer(name(), minimum.intValue(), maximum.intValue());
    }
    if (setting.type() == Double.class) {
      return fields.number(name());
    }
    if (setting.type() == Boolean.class) {
      return fields.truth(name());
    }
    if (setting.type() == List.class) {
      return fields.numbers(name());
    }
    Optional<String> text = fields.text(name(), limits.promptCharacters());
    return setting == Setting.SCHEDULER ? text.map(this::scheduler) : text;
  }

  private SchedulerKind scheduler(String name) {
    try {
      return Schedulers.ofOption(name);
    } catch (ConfigException | IllegalArgumentException e) {
      throw ApiException.invalid(path(), e.getMessage());
    }
  }

  /** What the model's card says of it. */
  ObjectNode card(GenerationRequest defaults, Limits limits, List<String> values) {
    ObjectNode card = Json.object();
    card.put("name", name());
    card.put("title", setting.title());
    card.put("type", type());
    card.set("default", defaults.find(setting).map(Parameter::json).orElse(null));
    if (setting.type() == Integer.class || setting.type() == Double.class) {
      card.put("minimum", minimum);
      card.put("maximum", maximum);
    } else if (setting == Setting.NEGATIVE_PROMPT) {
      card.put("maximum_length", limits.promptCharacters());
    } else if (!values.isEmpty()) {
      card.set("values", Json.of(values));
    }
    card.put("extra", isExtra);
    return card;
  }

  private String type() {
    if (setting.type() == Integer.class || setting.type() == Long.class) {
      return "integer";
    }
    if (setting.type() == Double.class) {
      return "number";
    }
    if (setting.type() == Boolean.class) {
      return "boolean";
    }
    return setting.type() == List.class ? "numbers" : "string";
  }

  // ---------------------------------------------------------------- values

  /** All that is set in a request, as JSON from which {@link #read} makes it again. */
  static ObjectNode json(GenerationRequest request) {
    ObjectNode object = Json.object();
    for (Setting<?> setting : Setting.all()) {
      if (isKept(setting)) {
        request.find(setting).ifPresent(value -> object.set(setting.name(), json(value)));
      }
    }
    return object;
  }

  /** The same request with all that {@link #json(GenerationRequest)} has kept. */
  static GenerationRequest read(GenerationRequest request, ObjectNode values) {
    GenerationRequest read = request;
    for (Setting<?> setting : Setting.all()) {
      JsonNode value = values.get(setting.name());
      if (isKept(setting) && value != null) {
        read = with(read, setting, value(setting, value));
      }
    }
    return read;
  }

  /** Files beside the clip are the server's affair. */
  private static boolean isKept(Setting<?> setting) {
    return setting.isRecorded() || setting == Setting.FRAMES_PER_SECOND;
  }

  private static JsonNode json(Object value) {
    return switch (value) {
      case Long seed -> Json.of(new BigInteger(Long.toUnsignedString(seed)));
      case SchedulerKind kind -> Json.of(kind.optionName());
      default -> Json.of(value);
    };
  }

  private static Object value(Setting<?> setting, JsonNode json) {
    if (setting.type() == Long.class) {
      return json.bigIntegerValue().longValue();
    }
    if (setting.type() == Integer.class) {
      return json.intValue();
    }
    if (setting.type() == Double.class) {
      return json.doubleValue();
    }
    if (setting.type() == Boolean.class) {
      return json.booleanValue();
    }
    if (setting.type() == List.class) {
      List<Double> numbers = new ArrayList<>();
      json.forEach(number -> numbers.add(number.doubleValue()));
      return List.copyOf(numbers);
    }
    return setting == Setting.SCHEDULER ? Schedulers.ofOption(json.textValue()) : json.textValue();
  }

  private static <T> GenerationRequest with(
      GenerationRequest request, Setting<T> setting, Object value) {
    return request.with(setting, setting.type().cast(value));
  }
}
