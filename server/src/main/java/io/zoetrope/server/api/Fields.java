package io.zoetrope.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.files.Printable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The fields of a request, each of which is read once and with the type that it must have; those
 * that nobody has read in the end are refused. A field that is null counts as missing.
 */
public final class Fields {
  private static final BigInteger MOST_SEED = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);
  private static final int MAX_NUMBERS = 1000;

  private final String parent;
  private final Map<String, JsonNode> values = new LinkedHashMap<>();
  private final Map<String, byte[]> files;

  /** Whether numbers come as text, as in forms. */
  private final boolean areTexts;

  private Fields(String parent, ObjectNode values, Map<String, byte[]> files, boolean areTexts) {
    this.parent = parent;
    values
        .properties()
        .forEach(field -> {
          if (!field.getValue().isNull()) {
            this.values.put(field.getKey(), field.getValue());
          }
        });
    this.files = new LinkedHashMap<>(files);
    this.areTexts = areTexts;
  }

  /** Those of a JSON object. */
  public static Fields of(ObjectNode object) {
    return new Fields("", object, Map.of(), false);
  }

  /** Those of a form, in which all is text but for its files. */
  public static Fields ofForm(Map<String, String> texts, Map<String, byte[]> files) {
    ObjectNode object = Json.object();
    texts.forEach(object::put);
    return new Fields("", object, files, true);
  }

  /** Whether there is such a field, and nobody has read it. */
  public boolean has(String name) {
    return values.containsKey(name) || files.containsKey(name);
  }

  /** Sets a field that is missing. */
  public void putIfAbsent(String name, JsonNode value) {
    if (!has(name)) {
      values.put(name, value);
    }
  }

  /** The file of a form; empty if there is none. */
  public Optional<byte[]> file(String name) {
    return Optional.ofNullable(files.remove(name));
  }

  /** A value of whatever type. */
  public Optional<JsonNode> any(String name) {
    return Optional.ofNullable(values.remove(name));
  }

  /**
   * A text.
   *
   * @param longest characters
   */
  public Optional<String> text(String name, int longest) {
    return any(name)
        .map(value -> {
          if (!value.isTextual()) {
            throw ApiException.type(path(name), "a string");
          }
          if (value.textValue().length() > longest) {
            throw ApiException.invalid(
                path(name),
                "%s has %d characters; at most %d are accepted"
                    .formatted(path(name), value.textValue().length(), longest));
          }
          return value.textValue();
        });
  }

  /** A whole number from one to another. */
  public Optional<Integer> integer(String name, int least, int most) {
    return decimal(name, "an integer")
        .map(value -> {
          BigInteger whole = whole(name, value);
          if (whole.compareTo(BigInteger.valueOf(least)) < 0
              || whole.compareTo(BigInteger.valueOf(most)) > 0) {
            throw ApiException.invalid(
                path(name),
                "%s %s is outside %d to %d".formatted(path(name), shown(whole), least, most));
          }
          return whole.intValue();
        });
  }

  /** A seed, 0 to 2^64 - 1, as the bits of a long. */
  public Optional<Long> seed(String name) {
    return decimal(name, "an integer")
        .map(value -> {
          BigInteger whole = whole(name, value);
          if (whole.signum() < 0 || whole.compareTo(MOST_SEED) > 0) {
            throw ApiException.invalid(
                path(name), "%s %s is outside 0 to 2^64 - 1".formatted(path(name), shown(whole)));
          }
          return whole.longValue();
        });
  }

  /** A finite number. */
  public Optional<Double> number(String name) {
    return decimal(name, "a number").map(value -> finite(name, value));
  }

  /** Whether something is so. */
  public Optional<Boolean> truth(String name) {
    return any(name)
        .map(value -> {
          if (value.isBoolean()) {
            return value.booleanValue();
          }
          if (areTexts && List.of("true", "false").contains(value.textValue())) {
            return Boolean.valueOf(value.textValue());
          }
          throw ApiException.type(path(name), "true or false");
        });
  }

  /** Several numbers: an array, or in forms a text with commas. */
  public Optional<List<Double>> numbers(String name) {
    return any(name)
        .map(value -> {
          List<BigDecimal> found = new ArrayList<>();
          if (value.isArray() && value.size() <= MAX_NUMBERS) {
            value.forEach(element -> found.add(decimal(name, element, "an array of numbers")));
          } else if (areTexts && value.isTextual()) {
            Stream.of(value.textValue().split(",", MAX_NUMBERS))
                .forEach(text -> found.add(parsed(name, text.strip(), "numbers with commas")));
          } else {
            throw ApiException.type(path(name), "an array of at most 1000 numbers");
          }
          return found.stream().map(number -> finite(name, number)).toList();
        });
  }

  /** An object with fields of its own, in forms as JSON text; empty if there is none. */
  public Optional<Fields> object(String name) {
    return json(name).map(object -> new Fields(path(name), object, Map.of(), false));
  }

  /** An object as it is; in forms JSON text. */
  public Optional<ObjectNode> json(String name) {
    return any(name)
        .map(value -> {
          if (value instanceof ObjectNode object) {
            return object;
          }
          if (areTexts && value.isTextual()) {
            return Json.parse(path(name), value.textValue().getBytes(StandardCharsets.UTF_8));
          }
          throw ApiException.type(path(name), "an object");
        });
  }

  /**
   * Refuses what is left.
   *
   * @throws ApiException that names a field that nobody has read
   */
  public void requireAllRead() {
    Stream.concat(values.keySet().stream(), files.keySet().stream())
        .findFirst()
        .ifPresent(name -> {
          throw new ApiException(
              400,
              path(name),
              "unknown_parameter",
              "unknown parameter '%s'".formatted(shown(path(name))));
        });
  }

  private Optional<BigDecimal> decimal(String name, String expected) {
    return any(name).map(value -> decimal(name, value, expected));
  }

  private BigDecimal decimal(String name, JsonNode value, String expected) {
    if (value.isNumber()) {
      return value.decimalValue();
    }
    if (areTexts && value.isTextual()) {
      return parsed(name, value.textValue(), expected);
    }
    throw ApiException.type(path(name), expected);
  }

  private BigDecimal parsed(String name, String text, String expected) {
    if (!text.matches("-?[0-9]{1,20}(\\.[0-9]{1,20})?([eE][-+]?[0-9]{1,3})?")) {
      throw ApiException.type(path(name), expected);
    }
    return new BigDecimal(text);
  }

  /** The number, if it is whole; huge exponents are not written out. */
  private BigInteger whole(String name, BigDecimal value) {
    if (Math.abs((long) value.precision() - value.scale()) > 100) {
      throw ApiException.invalid(path(name), path(name) + " is out of range");
    }
    try {
      return value.toBigIntegerExact();
    } catch (ArithmeticException _) {
      throw ApiException.type(path(name), "an integer");
    }
  }

  private double finite(String name, BigDecimal value) {
    double number = value.doubleValue();
    if (!Double.isFinite(number)) {
      throw ApiException.invalid(path(name), path(name) + " is out of range");
    }
    return number;
  }

  private String path(String name) {
    return parent.isEmpty() ? name : parent + "." + name;
  }

  private static String shown(Object value) {
    return Printable.value(value.toString());
  }
}
