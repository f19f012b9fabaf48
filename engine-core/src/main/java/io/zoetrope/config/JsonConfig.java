package io.zoetrope.config;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.files.FileErrors;
import io.zoetrope.files.FileKind;
import io.zoetrope.files.InputFile;
import io.zoetrope.files.Printable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Typed access to the fields of a JSON object, such as a {@code config.json} of diffusers or
 * transformers. A field that is missing takes the default of the call, or is refused where there is
 * none. What is refused is a {@link ConfigException} of one line: place, field, value, and what is
 * supported.
 *
 * @param place the file or class that is configured, for errors
 * @param json the object
 */
public record JsonConfig(String place, ObjectNode json) {
  /** No published configuration has a hundredth of this many bytes. */
  private static final int LIMIT = 4 << 20;

  /** How deep arrays and objects may lie in each other. */
  private static final int MAX_DEPTH = 64;

  /** The one mapper, because building another costs start-up time. */
  public static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // Python writes infinities, such as lambda_min_clipped of schedulers, as -Infinity.
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  /**
   * Reads a file.
   *
   * @throws ConfigException if it cannot be read, or holds something else than one JSON object
   */
  public static JsonConfig read(Path file) {
    byte[] bytes;
    try {
      bytes = InputFile.readAll(file, LIMIT);
    } catch (IOException e) {
      throw new ConfigException("%s: cannot be read: %s".formatted(file, FileErrors.reason(e)), e);
    }
    return parse(file.toString(), bytes);
  }

  /**
   * Parses a text as {@link #read} parses a file.
   *
   * @throws ConfigException if the text holds something else than one JSON object
   */
  public static JsonConfig parse(String place, String text) {
    return parse(place, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The fields of an object that has been read already.
   *
   * @throws ConfigException if it is no object
   */
  public static JsonConfig of(String place, JsonNode json) {
    if (json instanceof ObjectNode object) {
      return new JsonConfig(place, object);
    }
    throw new ConfigException(place + ": not a JSON object");
  }

  private static JsonConfig parse(String place, byte[] json) {
    try (JsonParser parser = MAPPER.createParser(json)) {
      JsonConfig config = of(place, MAPPER.readTree(parser));
      if (parser.nextToken() != null) {
        throw malformed(place, parser.currentTokenLocation().getLineNr(), "more than one value");
      }
      return config;
    } catch (JacksonException e) {
      Optional<FileKind> kind = FileKind.of(json).filter(found -> found != FileKind.JSON);
      if (kind.isPresent()) {
        throw new ConfigException("%s: %s".formatted(place, kind.get().description()), e);
      }
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      throw malformed(place, line, FileErrors.reason(e));
    } catch (IOException e) {
      throw new ConfigException("%s: cannot be read: %s".formatted(place, FileErrors.reason(e)), e);
    }
  }

  private static ConfigException malformed(String place, int line, String reason) {
    return new ConfigException("%s: malformed JSON at line %d: %s".formatted(place, line, reason));
  }

  /** The same place without any field, so that each takes its default. */
  public JsonConfig empty() {
    return new JsonConfig(place, MAPPER.createObjectNode());
  }

  /** The same fields without those that are null, for classes where null means the default. */
  public JsonConfig withoutNulls() {
    ObjectNode rest = MAPPER.createObjectNode();
    json.properties().stream()
        .filter(field -> !field.getValue().isNull())
        .forEach(field -> rest.set(field.getKey(), field.getValue()));
    return new JsonConfig(place, rest);
  }

  public boolean has(String field) {
    return json.has(field);
  }

  /** A string. */
  public String text(String field) {
    return value(field, JsonNode::isTextual, "strings").textValue();
  }

  public boolean flag(String field, boolean missing) {
    return has(field) ? value(field, JsonNode::isBoolean, "true, false").booleanValue() : missing;
  }

  public int integer(String field, int missing, int least, int most) {
    return has(field)
        ? value(field, isInteger(least, most), "integers from %d to %d".formatted(least, most))
            .intValue()
        : missing;
  }

  public int positiveInteger(String field) {
    return value(field, isInteger(1, Integer.MAX_VALUE), "positive integers").intValue();
  }

  public int positiveInteger(String field, int missing) {
    return has(field) ? positiveInteger(field) : missing;
  }

  /** A positive integer, or empty where the field is missing or null. */
  public OptionalInt optionalPositiveInteger(String field) {
    return json.hasNonNull(field) ? OptionalInt.of(positiveInteger(field)) : OptionalInt.empty();
  }

  public double number(String field, double missing) {
    return has(field)
        ? value(field, JsonConfig::isFinite, "finite numbers").doubleValue()
        : missing;
  }

  /** A number, or empty where the field is missing or null. */
  public OptionalDouble optionalNumber(String field) {
    return json.hasNonNull(field)
        ? OptionalDouble.of(number(field, Double.NaN))
        : OptionalDouble.empty();
  }

  /** A finite number that is above 0 in F32 too. */
  public double positiveNumber(String field) {
    return value(field, v -> isFinite(v) && v.floatValue() > 0, "positive numbers").doubleValue();
  }

  public double positiveNumber(String field, double missing) {
    return has(field) ? positiveNumber(field) : missing;
  }

  /**
   * One of some strings.
   *
   * @param missing the value of a missing field, which counts as if it were given; null if the
   *     field has to be there
   */
  public String choice(String field, String missing, String... supported) {
    String text = has(field) ? json.get(field).textValue() : missing;
    if (!Arrays.asList(supported).contains(text)) {
      boolean implied = !has(field) && missing != null;
      throw ConfigException.unsupported(
          place,
          field,
          implied ? "missing, which means " + missing : shown(field),
          String.join(", ", supported));
    }
    return text;
  }

  /** Is {@link #choice(String, String, String...)} of the {@link #nameOf names} of constants. */
  public <E extends Enum<E>> E choice(String field, E missing, Class<E> type) {
    String[] supported =
        Arrays.stream(type.getEnumConstants()).map(JsonConfig::nameOf).toArray(String[]::new);
    String chosen = choice(field, missing == null ? null : nameOf(missing), supported);
    return Enum.valueOf(type, chosen.toUpperCase(Locale.ROOT));
  }

  /** What a constant is called in a configuration: its name in lower case. */
  public static String nameOf(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  public List<Boolean> flags(String field, List<Boolean> missing) {
    return list(field, missing, JsonNode::isBoolean, JsonNode::booleanValue, "true, false");
  }

  public List<String> texts(String field, List<String> missing) {
    return list(field, missing, JsonNode::isTextual, JsonNode::textValue, "strings");
  }

  public List<Integer> integers(String field, List<Integer> missing) {
    Predicate<JsonNode> any = isInteger(Integer.MIN_VALUE, Integer.MAX_VALUE);
    return list(field, missing, any, JsonNode::intValue, "integers");
  }

  public List<Integer> positiveIntegers(String field, List<Integer> missing) {
    Predicate<JsonNode> positive = isInteger(1, Integer.MAX_VALUE);
    return list(field, missing, positive, JsonNode::intValue, "positive integers");
  }

  public List<Float> numbers(String field, List<Float> missing) {
    return list(field, missing, JsonConfig::isFinite, JsonNode::floatValue, "finite numbers");
  }

  /** Refuses a field for what the caller found out about it. */
  public void require(boolean holds, String field, String supported) {
    if (!holds) {
      throw ConfigException.unsupported(place, field, shown(field), supported);
    }
  }

  private JsonNode value(String field, Predicate<JsonNode> valid, String supported) {
    JsonNode value = json.path(field);
    require(valid.test(value), field, supported);
    return value;
  }

  private <T> List<T> list(
      String field,
      List<T> missing,
      Predicate<JsonNode> valid,
      Function<JsonNode, T> read,
      String supported) {
    if (!has(field)) {
      return missing;
    }
    JsonNode list =
        value(field, v -> v.isArray() && v.valueStream().allMatch(valid), "lists of " + supported);
    return list.valueStream().map(read).toList();
  }

  private String shown(String field) {
    JsonNode value = json.path(field);
    if (value.isMissingNode()) {
      return "missing";
    }
    // Written as JSON, an infinite number would be a string.
    return Printable.value(value.isNumber() ? value.asText() : value.toString());
  }

  private static Predicate<JsonNode> isInteger(int least, int most) {
    return value ->
        value.isIntegralNumber()
            && value.canConvertToInt()
            && value.intValue() >= least
            && value.intValue() <= most;
  }

  /** Finite in F32 too. */
  private static boolean isFinite(JsonNode value) {
    return value.isNumber() && Float.isFinite(value.floatValue());
  }
}
