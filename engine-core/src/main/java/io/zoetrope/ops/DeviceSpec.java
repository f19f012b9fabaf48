package io.zoetrope.ops;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A device as users name it: {@code cpu}, {@code cuda}, {@code cuda:1}, or {@code
 * cuda:1,gemm=cublas} with options.
 *
 * @param name of the {@link BackendProvider}
 * @param number of the device among those of its name, from 0
 * @param options by name
 */
public record DeviceSpec(String name, int number, Map<String, String> options) {
  private static final Pattern FORM =
      Pattern.compile("([a-z][a-z-]*)(?::(\\d{1,4}))?((?:,[a-z]+=[^,=]+)*)");

  /**
   * Reads a device's name.
   *
   * @throws DeviceUnavailableException if it is malformed
   */
  public static DeviceSpec parse(String device) {
    Matcher matcher = FORM.matcher(device);
    if (!matcher.matches()) {
      throw new DeviceUnavailableException(
          "device '%s' is malformed: write NAME, NAME:NUMBER or NAME:NUMBER,OPTION=VALUE"
              .formatted(device));
    }
    Map<String, String> options = new LinkedHashMap<>();
    for (String option : matcher.group(3).split(",")) {
      if (!option.isEmpty()) {
        String[] parts = option.split("=");
        if (options.put(parts[0], parts[1]) != null) {
          throw new DeviceUnavailableException(
              "device '%s' gives the option '%s' twice".formatted(device, parts[0]));
        }
      }
    }
    int number = matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2));
    return new DeviceSpec(matcher.group(1), number, options);
  }

  /**
   * Checks that this names the only device of its kind, without options.
   *
   * @throws DeviceUnavailableException if not
   */
  public void requirePlain() {
    requireOnly();
    requireOptions(Set.of());
  }

  /**
   * Checks that this names the only device of its kind.
   *
   * @throws DeviceUnavailableException if not
   */
  public void requireOnly() {
    if (number != 0) {
      throw new DeviceUnavailableException(
          "device '%s:%d': there is only one device '%s'".formatted(name, number, name));
    }
  }

  /**
   * Checks that every option is one of those that the device knows.
   *
   * @throws DeviceUnavailableException if not
   */
  public void requireOptions(Set<String> known) {
    for (String option : options.keySet()) {
      if (!known.contains(option)) {
        throw new DeviceUnavailableException(
            "device '%s' has no option '%s'%s"
                .formatted(
                    name,
                    option,
                    known.isEmpty() ? "" : ": it has " + String.join(", ", new TreeSet<>(known))));
      }
    }
  }
}
