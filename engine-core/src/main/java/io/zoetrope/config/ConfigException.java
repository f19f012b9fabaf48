package io.zoetrope.config;

import io.zoetrope.files.ExpectedException;
import io.zoetrope.files.Printable;

/** A configuration that cannot be read, is malformed, or asks for something unsupported. */
public final class ConfigException extends ExpectedException {
  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message);
  }

  public ConfigException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * The refusal of a value.
   *
   * @param place the file or class that is configured
   * @param field name of the field
   * @param value what it is
   * @param supported what it may be
   */
  public static ConfigException unsupported(
      String place, String field, Object value, String supported) {
    return new ConfigException(
        "%s: %s is %s; supported: %s"
            .formatted(
                place, Printable.value(field), Printable.value(String.valueOf(value)), supported));
  }
}
