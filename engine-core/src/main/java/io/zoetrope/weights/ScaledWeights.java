package io.zoetrope.weights;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The weights of a file that keeps factors for some of them in other tensors, as ComfyUI does: here
 * the products are the weights, and the factors are not seen any more. A factor that nothing is
 * known to do with is an error, as leaving it out would leave weights wrong a thousandfold.
 *
 * <p>Two spellings are read. The older one has {@code LAYER.scale_weight}, and a tensor {@code
 * scaled_fp8} as a mark; the newer one {@code LAYER.weight_scale}, and for each layer the format,
 * as JSON in the tensor {@code LAYER.comfy_quant} or in the header's {@code
 * _quantization_metadata}. {@code scale_input} and {@code input_scale} are for activations, which
 * are not quantized here. Source: QUANTIZATION.md and {@code comfy/utils.py} of ComfyUI.
 */
final class ScaledWeights implements WeightSource {
  private static final String WEIGHT = ".weight";
  private static final String MARK = "scaled_fp8";
  private static final String FORMAT = ".comfy_quant";
  private static final String IN_HEADER = "_quantization_metadata";
  private static final List<String> SCALES = List.of(".weight_scale", ".scale_weight");

  /** Of activations: they count for nothing. */
  private static final List<String> UNUSED = List.of(".input_scale", ".scale_input");

  /** A factor of the other factors. */
  private static final String SECOND_SCALE = ".weight_scale_2";

  /** Endings of all names that are no weights. */
  private static final String[] BESIDE = {
    ".weight_scale",
    ".scale_weight",
    ".input_scale",
    ".scale_input",
    SECOND_SCALE,
    FORMAT,
    "." + MARK
  };

  /** What begins the last part of the name of any other tensor that belongs to a weight. */
  private static final String FURTHER = ".weight_";

  /** Bytes of a format in JSON. */
  private static final int MOST_BYTES = 1 << 16;

  private final WeightSource source;
  private final Set<String> names;
  private final Map<String, QuantizedLayer> layers = new LinkedHashMap<>();

  /**
   * The weights of a file.
   *
   * @return the file itself if no tensor of it is a factor
   * @throws WeightsException if it has a factor of no weight, or a format that is malformed
   */
  static WeightSource of(WeightSource source) {
    boolean scaled = source.metadata().containsKey(IN_HEADER);
    for (String name : source.names()) {
      scaled |= isBeside(name);
    }
    return scaled ? new ScaledWeights(source) : source;
  }

  private ScaledWeights(WeightSource source) {
    this.source = source;
    names = new LinkedHashSet<>(source.names());
    names.removeIf(ScaledWeights::isBeside);
    Map<String, JsonConfig> formats = formats();
    Map<String, String> scales = new HashMap<>();
    Map<String, String> secondScales = new HashMap<>();
    Map<String, Set<String>> further = further(formats.keySet());
    further.values().forEach(names::removeAll);
    Set<String> others = new LinkedHashSet<>();
    for (String name : source.names()) {
      layer(name, SCALES)
          .ifPresent(layer -> {
            String other = scales.put(layer, name);
            if (other != null) {
              throw new WeightsException(
                  "%s: layer '%s' has two scales, '%s' and '%s'"
                      .formatted(description(), layer, other, name));
            }
          });
      layer(name, UNUSED).ifPresent(others::add);
      layer(name, List.of(SECOND_SCALE))
          .ifPresent(layer -> {
            others.add(layer);
            secondScales.put(layer, name);
            if (!formats.containsKey(layer)) {
              throw new WeightsException(
                  "%s: '%s' is a second scale, and no format says what for"
                      .formatted(description(), name));
            }
          });
    }
    others.addAll(scales.keySet());
    others.addAll(formats.keySet());
    for (String layer : others) {
      if (!names.contains(layer + WEIGHT)) {
        throw new WeightsException(
            "%s: has a scale or a format for the layer '%s', and no weight of it"
                .formatted(description(), layer));
      }
      if (scales.containsKey(layer) || formats.containsKey(layer)) {
        layers.put(
            layer + WEIGHT,
            new QuantizedLayer(
                scales.get(layer),
                secondScales.get(layer),
                further.getOrDefault(layer, Set.of()),
                formats.get(layer)));
      }
    }
  }

  /** Tensors that belong to weights of formats that have more than scales, by the layer. */
  private Map<String, Set<String>> further(Set<String> formatted) {
    Map<String, Set<String>> further = new HashMap<>();
    for (String name : names) {
      int end = name.lastIndexOf(FURTHER);
      if (end > 0 && formatted.contains(name.substring(0, end))) {
        further.computeIfAbsent(name.substring(0, end), _ -> new TreeSet<>()).add(name);
      }
    }
    return further;
  }

  /** Whether a tensor is no weight, but says something of one. */
  private static boolean isBeside(String name) {
    // Every file is asked at the start of a program: no streams here, whose first one takes long.
    for (String ending : BESIDE) {
      if (name.endsWith(ending)) {
        return true;
      }
    }
    return name.equals(MARK);
  }

  private static Optional<String> layer(String name, List<String> endings) {
    return endings.stream()
        .filter(name::endsWith)
        .findFirst()
        .map(ending -> name.substring(0, name.length() - ending.length()));
  }

  // ---------------------------------------------------------------- formats

  /** What the file says of each layer's format. */
  private Map<String, JsonConfig> formats() {
    Map<String, JsonConfig> formats = new LinkedHashMap<>();
    String header = source.metadata().get(IN_HEADER);
    if (header != null) {
      JsonNode listed = parse(IN_HEADER, header).json().path("layers");
      for (Map.Entry<String, JsonNode> entry : listed.properties()) {
        formats.put(stored(entry.getKey()), config(IN_HEADER, entry.getValue()));
      }
    }
    for (String name : source.names()) {
      layer(name, List.of(FORMAT))
          .ifPresent(layer -> formats.put(layer, parse(name, text(source.tensor(name)))));
    }
    return formats;
  }

  /** The name of a layer in the file: the header may leave out a prefix of all names. */
  private String stored(String layer) {
    if (source.has(layer + WEIGHT)) {
      return layer;
    }
    List<String> longer =
        source.names().stream().filter(name -> name.endsWith("." + layer + WEIGHT)).toList();
    return longer.size() == 1
        ? longer.getFirst().substring(0, longer.getFirst().length() - WEIGHT.length())
        : layer;
  }

  private String text(StoredTensor stored) {
    if (stored.byteSize() > MOST_BYTES) {
      throw new WeightsException(
          "%s: %s is no format: it is larger than any".formatted(description(), stored));
    }
    byte[] bytes = new byte[(int) stored.byteSize()];
    stored.bytes().read(0, MemorySegment.ofArray(bytes));
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private JsonConfig parse(String what, String json) {
    try {
      return JsonConfig.parse(description() + ": " + what, json);
    } catch (ConfigException e) {
      throw new WeightsException(e.getMessage(), e);
    }
  }

  private JsonConfig config(String what, JsonNode json) {
    try {
      return JsonConfig.of(description() + ": " + what, json);
    } catch (ConfigException e) {
      throw new WeightsException(e.getMessage(), e);
    }
  }

  // ---------------------------------------------------------------- the source

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(names);
  }

  @Override
  public StoredTensor tensor(String name) {
    return decoded(source.tensor(required(name)));
  }

  @Override
  public StoredTensor tensor(String name, Shape shape) {
    StoredTensor decoded = decoded(source.tensor(required(name), shape));
    QuantizedLayer layer = layers.get(name);
    return layer == null ? decoded : layer.cut(decoded, shape);
  }

  private String required(String name) {
    if (!names.contains(name)) {
      throw new WeightsException("%s: has no tensor '%s'".formatted(description(), name));
    }
    return name;
  }

  private StoredTensor decoded(StoredTensor stored) {
    QuantizedLayer layer = layers.get(stored.name());
    return layer == null ? stored : layer.decoded(source, stored);
  }

  /** The header's strings without the formats, which are decoded. */
  @Override
  public Map<String, String> metadata() {
    Map<String, String> rest = new LinkedHashMap<>(source.metadata());
    rest.remove(IN_HEADER);
    return Collections.unmodifiableMap(rest);
  }

  @Override
  public String description() {
    return source.description();
  }

  @Override
  public void close() {
    source.close();
  }
}
