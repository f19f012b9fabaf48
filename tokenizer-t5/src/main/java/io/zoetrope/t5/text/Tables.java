package io.zoetrope.t5.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Tables of characters that lie beside the classes. */
final class Tables {
  private Tables() {}

  static Properties load(String name) {
    Properties table = new Properties();
    try (InputStream in = Tables.class.getResourceAsStream(name)) {
      table.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("Can't read resource " + name, e);
    }
    return table;
  }
}
