package io.zoetrope.dit.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Typed access to the JSON fields of one scheduler's configuration. A missing field takes the given
 * default; a value of the wrong type or an unsupported one is a {@link SchedulerConfigException}
 * that names the class, the field, the value and what is supported.
 */
record ConfigFields(String className, JsonNode json) {

  /** No fields, so that every one takes its default: for settings that the class doesn't have. */
  ConfigFields none() {
    return new ConfigFields(className, MissingNode.getInstance());
  }

  boolean flag(String name, boolean missing) {
    JsonNode value = json.path(name);
    if (value.isMissingNode()) {
      return missing;
    }
    return check(name, value, value.isBoolean(), "true, false").booleanValue();
  }

  /** Requires a flag to have the only value that is implemented. */
  void requireFlag(String name, boolean missing, boolean supported) {
    if (flag(name, missing) != supported) {
      throw unsupported(name, json.path(name), missing, String.valueOf(supported));
    }
  }

  void requireNull(String name) {
    JsonNode value = json.path(name);
    check(name, value, value.isMissingNode() || value.isNull(), "null");
  }

  int integer(String name, int missing, int least, int most) {
    JsonNode value = json.path(name);
    if (value.isMissingNode()) {
      return missing;
    }
    boolean valid =
        value.isIntegralNumber()
            && value.canConvertToInt()
            && value.intValue() >= least
            && value.intValue() <= most;
    return check(name, value, valid, "integers from %d to %d".formatted(least, most)).intValue();
  }

  double number(String name, double missing) {
    JsonNode value = json.path(name);
    if (value.isMissingNode()) {
      return missing;
    }
    boolean valid = value.isNumber() && Double.isFinite(value.doubleValue());
    return check(name, value, valid, "finite numbers").doubleValue();
  }

  /** A number, or empty where the field is missing or null. */
  OptionalDouble optionalNumber(String name) {
    return json.path(name).isMissingNode() || json.path(name).isNull()
        ? OptionalDouble.empty()
        : OptionalDouble.of(number(name, Double.NaN));
  }

  String choice(String name, String missing, String... supported) {
    JsonNode value = json.path(name);
    String text = value.isMissingNode() ? missing : value.textValue();
    if (!Arrays.asList(supported).contains(text)) {
      throw unsupported(name, value, missing, String.join(", ", supported));
    }
    return text;
  }

  /** A field whose values are the lower-case names of an enum's constants. */
  <E extends Enum<E>> E choice(String name, E missing, Class<E> type) {
    String[] supported =
        Arrays.stream(type.getEnumConstants()).map(ConfigFields::text).toArray(String[]::new);
    return Enum.valueOf(type, choice(name, text(missing), supported).toUpperCase(Locale.ROOT));
  }

  List<Integer> integers(String name) {
    JsonNode value = json.path(name);
    List<Integer> integers = new ArrayList<>();
    boolean valid = value.isMissingNode() || value.isArray();
    for (JsonNode element : value) {
      valid &= element.isIntegralNumber() && element.canConvertToInt();
      integers.add(element.intValue());
    }
    check(name, value, valid, "lists of integers");
    return List.copyOf(integers);
  }

  static String text(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private JsonNode check(String name, JsonNode value, boolean valid, String supported) {
    if (!valid) {
      throw unsupported(name, value, null, supported);
    }
    return value;
  }

  private SchedulerConfigException unsupported(
      String name, JsonNode value, Object missing, String supported) {
    String found =
        value instanceof MissingNode ? "missing, which means " + missing : value.toString();
    return new SchedulerConfigException(
        "%s: %s is %s; supported: %s".formatted(className, name, found, supported));
  }
}
