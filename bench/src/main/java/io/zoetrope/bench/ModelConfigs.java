package io.zoetrope.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The configurations of a model folder.
 *
 * @param json {@code model_index}, and a configuration under the name of each component
 */
record ModelConfigs(ObjectNode json) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Models whose configurations are published. */
  enum Published {
    WAN_1_3B("wan-1.3b"),
    LATTE_1("latte-1"),
    COGVIDEOX_2B("cogvideox-2b"),
    LTX_2B("ltx-2b");

    private final String name;

    Published(String name) {
      this.name = name;
    }

    /** As users write it. */
    @Override
    public String toString() {
      return name;
    }
  }

  /** The configurations of a published model. */
  static ModelConfigs of(Published model) {
    String name = "models/%s.json".formatted(model);
    try (InputStream file = ModelConfigs.class.getResourceAsStream(name)) {
      return new ModelConfigs((ObjectNode) JSON.readTree(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same with another value in a component's configuration. */
  ModelConfigs with(String component, String field, Object value) {
    ObjectNode changed = json.deepCopy();
    ((ObjectNode) changed.get(component)).set(field, JSON.valueToTree(value));
    return new ModelConfigs(changed);
  }

  /** What stands in a file of the folder. */
  JsonNode get(String name) {
    return json.get(name);
  }
}
