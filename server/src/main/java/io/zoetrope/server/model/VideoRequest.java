package io.zoetrope.server.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.server.api.ApiException;
import io.zoetrope.server.api.Fields;
import io.zoetrope.server.api.Json;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a client asks for, read as far as it can be without a model.
 *
 * @param prompt what the clip shows
 * @param model its name; empty for the first one
 * @param width in pixels
 * @param height in pixels
 * @param sizeParameter that gives these, for errors
 * @param seconds how long the clip is
 * @param frames how many it has
 * @param reference a file, a picture or a clip, that the clip begins with or is made of
 * @param lastPicture a file with the picture that it ends with
 * @param strength how much of a clip is changed
 * @param metadata what the client keeps with the job
 * @param fields those that are left for the model
 * @param extra fields of {@code extra_params} that are left for the model
 */
public record VideoRequest(
    String prompt,
    Optional<String> model,
    Optional<Integer> width,
    Optional<Integer> height,
    String sizeParameter,
    Optional<Double> seconds,
    Optional<Integer> frames,
    Optional<byte[]> reference,
    Optional<byte[]> lastPicture,
    Optional<Double> strength,
    ObjectNode metadata,
    Fields fields,
    Fields extra) {
  /** What diffusers takes where nothing is said. */
  static final double DEFAULT_STRENGTH = 0.8;

  private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})x([0-9]{1,9})");
  private static final Pattern DATA_URL =
      Pattern.compile("data:(image|video)/[-+.a-zA-Z0-9]{1,60};base64,");
  private static final Set<String> SIDES = Set.of("width", "height");
  private static final int LONGEST_NAME = 200;
  private static final double MOST_SECONDS = 3600;
  private static final int MOST_ENTRIES = 16;
  private static final int LONGEST_KEY = 64;
  private static final int LONGEST_VALUE = 512;

  /**
   * Reads a request.
   *
   * @throws ApiException that names the parameter that is to blame
   */
  public static VideoRequest read(Fields fields, Limits limits) {
    Optional<String> prompt = fields.text("prompt", limits.promptCharacters());
    if (prompt.isEmpty() || prompt.get().isBlank()) {
      throw new ApiException(400, "prompt", "missing_parameter", "prompt: say what the clip shows");
    }
    Optional<String> model = fields.text("model", LONGEST_NAME);
    Optional<Integer> width = fields.integer("width", 1, limits.pixels());
    Optional<Integer> height = fields.integer("height", 1, limits.pixels());
    Optional<String> size = fields.text("size", LONGEST_NAME);
    String parameter = width.isPresent() ? "width" : "height";
    if (width.isPresent() != height.isPresent()) {
      String missing = width.isPresent() ? "height" : "width";
      throw new ApiException(
          400, missing, "missing_parameter", missing + ": give both sides, or size");
    }
    if (size.isPresent()) {
      if (width.isPresent()) {
        throw ApiException.invalid("size", "size: width and height say it too; give one of them");
      }
      Matcher sides = SIZE.matcher(size.get());
      if (!sides.matches()) {
        throw ApiException.invalid("size", "size: it is WIDTHxHEIGHT, such as 832x480");
      }
      width = Optional.of(Integer.valueOf(sides.group(1)));
      height = Optional.of(Integer.valueOf(sides.group(2)));
      parameter = "size";
    }
    if (width.isPresent()) {
      requirePixels(parameter, width.get(), height.get(), limits);
    }
    Optional<Double> seconds = seconds(fields);
    Optional<Integer> frames = fields.integer("num_frames", 1, limits.frames());
    Optional<byte[]> reference = picture(fields, "input_reference", limits);
    ObjectNode metadata = metadata(fields);
    Fields extra = fields.object("extra_params").orElseGet(() -> Fields.of(Json.object()));
    Optional<Double> strength = extra.number("strength");
    if (strength.isPresent() && !(strength.get() > 0 && strength.get() <= 1)) {
      throw ApiException.invalid("extra_params.strength", "strength is above 0 and at most 1");
    }
    return new VideoRequest(
        prompt.get(),
        model,
        width,
        height,
        parameter,
        seconds,
        frames,
        reference,
        picture(extra, "last_image", limits),
        strength,
        metadata,
        fields,
        extra);
  }

  /**
   * A change of an earlier request: what it does not say is as it was.
   *
   * @param settings of the earlier one
   * @param reference of the earlier one
   * @param lastPicture of the earlier one
   */
  static VideoRequest remix(
      Fields changes,
      String model,
      ObjectNode settings,
      Optional<byte[]> reference,
      Optional<byte[]> lastPicture,
      Limits limits) {
    changes.putIfAbsent("model", Json.of(model));
    ObjectNode extra = changes.json("extra_params").orElseGet(Json::object);
    Set<String> extras =
        Parameter.ALL.stream()
            .filter(Parameter::isExtra)
            .map(Parameter::name)
            .collect(Collectors.toSet());
    boolean hasSize = changes.has("size") || changes.has("width") || changes.has("height");
    boolean hasLength = changes.has("seconds") || changes.has("num_frames");
    for (var setting : settings.properties()) {
      String name = setting.getKey();
      boolean isSaid = hasSize && SIDES.contains(name) || hasLength && name.equals("num_frames");
      if (extras.contains(name)) {
        extra.putIfAbsent(name, setting.getValue());
      } else if (!isSaid && !name.equals("prompt")) {
        changes.putIfAbsent(name, setting.getValue());
      }
    }
    changes.putIfAbsent("extra_params", extra);
    VideoRequest request = read(changes, limits);
    return new VideoRequest(
        request.prompt,
        request.model,
        request.width,
        request.height,
        request.sizeParameter,
        request.seconds,
        request.frames,
        request.reference.or(() -> reference),
        request.lastPicture.or(() -> lastPicture),
        request.strength,
        request.metadata,
        request.fields,
        request.extra);
  }

  private static void requirePixels(String parameter, int width, int height, Limits limits) {
    if (width < 1 || height < 1 || (long) width * height > limits.pixels()) {
      throw ApiException.invalid(
          parameter,
          "%s %dx%d: 1 to %d pixels are accepted"
              .formatted(parameter, width, height, limits.pixels()));
    }
  }

  /** OpenAI's clients send it as text. */
  private static Optional<Double> seconds(Fields fields) {
    return fields
        .any("seconds")
        .map(value -> {
          String text = value.isNumber() ? value.decimalValue().toPlainString() : value.textValue();
          if (text == null || !text.matches("[0-9]{1,9}(\\.[0-9]{1,9})?")) {
            throw value.isNumber()
                ? ApiException.invalid("seconds", "seconds is above 0 and at most 3600")
                : ApiException.type("seconds", "a number, such as 4 or \"4\"");
          }
          double seconds = Double.parseDouble(text);
          if (!(seconds > 0 && seconds <= MOST_SECONDS)) {
            throw ApiException.invalid("seconds", "seconds is above 0 and at most 3600");
          }
          return seconds;
        });
  }

  /** A file of a form, or a data URL; nothing is fetched and no path is opened for a client. */
  static Optional<byte[]> picture(Fields fields, String name, Limits limits) {
    Optional<byte[]> file = fields.file(name);
    if (file.isPresent()) {
      return file;
    }
    return fields
        .any(name)
        .map(value -> {
          JsonNode url =
              value.isObject() && value.size() == 1 && value.has("image_url")
                  ? value.get("image_url")
                  : value;
          if (!url.isTextual()) {
            throw ApiException.type(name, "a data URL, or a file of a form");
          }
          return decoded(name, url.textValue());
        });
  }

  private static byte[] decoded(String name, String url) {
    Matcher head = DATA_URL.matcher(url);
    if (!head.lookingAt()) {
      throw ApiException.invalid(
          name,
          name
              + ": only uploads and data URLs (data:image/png;base64,...) are accepted, no addresses"
              + " and no paths");
    }
    try {
      return Base64.getDecoder().decode(url.substring(head.end()));
    } catch (IllegalArgumentException _) {
      throw ApiException.invalid(name, name + ": what follows ';base64,' is not Base64");
    }
  }

  /**
   * What the client keeps with a job.
   *
   * @throws ApiException if it is anything but a few short texts
   */
  public static ObjectNode metadata(Fields fields) {
    ObjectNode metadata = fields.json("metadata").orElseGet(Json::object);
    boolean fits =
        metadata.size() <= MOST_ENTRIES
            && metadata.properties().stream()
                .allMatch(entry ->
                    entry.getKey().length() <= LONGEST_KEY
                        && entry.getValue().isTextual()
                        && entry.getValue().textValue().length() <= LONGEST_VALUE);
    if (!fits) {
      throw ApiException.invalid(
          "metadata",
          "metadata: at most %d strings of %d characters, with keys of %d"
              .formatted(MOST_ENTRIES, LONGEST_VALUE, LONGEST_KEY));
    }
    return metadata;
  }
}
