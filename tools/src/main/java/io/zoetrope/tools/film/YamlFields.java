package io.zoetrope.tools.film;

import io.zoetrope.files.Printable;
import io.zoetrope.pipeline.PipelineException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * The fields of a mapping in a YAML file, of which each has to be known. What is refused is a
 * {@link PipelineException} of one line with the place and the number of the line.
 *
 * @param place what the mapping is, e.g. {@code film.yaml: shot 2 (line 9)}
 */
record YamlFields(String place, Map<String, Node> nodes) {
  private static final Pattern NUMBER = Pattern.compile("\\d{1,9}(\\.\\d{1,9})?");

  /** Reads a mapping whose keys are among those that are known. */
  static YamlFields of(String place, Node node, List<String> known) {
    if (!(node instanceof MappingNode mapping)) {
      throw new PipelineException(
          "%s: it is no list of keys and values, such as 'prompt: a red ball'".formatted(place));
    }
    YamlFields fields = new YamlFields(place, new LinkedHashMap<>());
    for (NodeTuple tuple : mapping.getValue()) {
      String key =
          tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "a list or mapping";
      if (!known.contains(key)) {
        throw fields.refusal(
            tuple.getKeyNode(),
            "%s is unknown%s",
            Printable.quote(key),
            Nearest.of(key, known)
                .map(": did you mean %s?"::formatted)
                .orElse("; there are " + String.join(", ", known)));
      }
      if (fields.nodes.put(key, tuple.getValueNode()) != null) {
        throw fields.refusal(tuple.getKeyNode(), "'%s' is given twice", key);
      }
    }
    return fields;
  }

  /** The line of a node, from 1. */
  static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }

  private PipelineException refusal(Node node, String problem, Object... values) {
    return new PipelineException(
        "%s: line %d: %s".formatted(place, line(node), problem.formatted(values)));
  }

  private PipelineException refusal(String key, String problem) {
    Node node = nodes.get(key);
    String value =
        node instanceof ScalarNode scalar ? Printable.quote(scalar.getValue()) : "a list";
    return refusal(node, "%s is %s; %s", key, value, problem);
  }

  /** The node of a key. */
  Optional<Node> node(String key) {
    return Optional.ofNullable(nodes.get(key));
  }

  /** A text. */
  Optional<String> text(String key) {
    Node node = nodes.get(key);
    if (node == null) {
      return Optional.empty();
    }
    if (!(node instanceof ScalarNode scalar)) {
      throw refusal(key, "a text is needed: put it in quotes");
    }
    if (scalar.getTag().equals(Tag.NULL)) {
      throw refusal(key, "leave the line out, or say something");
    }
    return Optional.of(scalar.getValue());
  }

  /** A number above 0. */
  OptionalDouble positive(String key, double most) {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return OptionalDouble.empty();
    }
    double value = NUMBER.matcher(text.get()).matches() ? Double.parseDouble(text.get()) : 0;
    if (value <= 0 || value > most) {
      throw refusal(key, "a number above 0 and at most %.0f is needed".formatted(most));
    }
    return OptionalDouble.of(value);
  }

  /** A seed, as 64 bits. */
  OptionalLong seed(String key) {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseUnsignedLong(text.get()));
    } catch (NumberFormatException _) {
      throw refusal(key, "a number from 0 to 2^64 - 1 is needed");
    }
  }

  /** Yes or no. */
  boolean flag(String key) {
    Optional<String> text = text(key);
    if (text.isPresent() && !nodes.get(key).getTag().equals(Tag.BOOL)) {
      throw refusal(key, "true or false is needed");
    }
    return text.isPresent() && Boolean.parseBoolean(text.get());
  }

  /** One of the constants of a type, by its name in small letters. */
  <E extends Enum<E>> Optional<E> choice(String key, Class<E> type) {
    Optional<String> text = text(key);
    List<String> names =
        List.of(type.getEnumConstants()).stream()
            .map(constant -> constant.name().toLowerCase(Locale.ROOT))
            .toList();
    if (text.isPresent() && !names.contains(text.get())) {
      throw refusal(key, "%s are possible".formatted(String.join(", ", names)));
    }
    return text.map(name -> Enum.valueOf(type, name.toUpperCase(Locale.ROOT)));
  }
}
