package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.WeightSource;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A folder with what a reference implementation computed: {@code golden.json} (cases, settings,
 * tolerances) and {@code golden.safetensors} (tensors named {@code case/stage/what}).
 */
final class Fixture implements AutoCloseable {
  private static final String SHARED = "shared/";

  private final Path folder;
  private final JsonNode json;
  private final WeightSource tensors;
  private final List<PathMatcher> selection;

  private Fixture(Path folder, JsonNode json, WeightSource tensors, List<PathMatcher> selection) {
    this.folder = folder;
    this.json = json;
    this.tensors = tensors;
    this.selection = selection;
  }

  /**
   * Opens a fixture.
   *
   * @param globs which cases to run; none is all
   * @throws PipelineException if the folder has no golden files
   * @throws ConfigException if their JSON is malformed
   */
  static Fixture open(Path folder, List<String> globs) {
    Path golden = folder.resolve("golden.json");
    if (!Files.isRegularFile(golden)) {
      throw new PipelineException(
          golden + " does not exist: name a folder with golden.json and golden.safetensors");
    }
    return new Fixture(
        folder,
        JsonConfig.read(golden).json(),
        WeightSource.open(folder.resolve("golden.safetensors")),
        matchers(globs));
  }

  /**
   * What globs match.
   *
   * @throws PipelineException if one of them is malformed
   */
  static List<PathMatcher> matchers(List<String> globs) {
    return globs.stream().map(Fixture::matcher).toList();
  }

  private static PathMatcher matcher(String glob) {
    try {
      return FileSystems.getDefault().getPathMatcher("glob:" + glob);
    } catch (PatternSyntaxException e) {
      throw new PipelineException("--case '%s' is no glob: %s".formatted(glob, e.getDescription()));
    }
  }

  static boolean selected(List<PathMatcher> selection, String... names) {
    return selection.isEmpty()
        || Stream.of(names).anyMatch(n -> selection.stream().anyMatch(m -> m.matches(Path.of(n))));
  }

  /** Whether a case of this name is to be run; the first part of its name may match as well. */
  boolean selects(String name) {
    return selected(selection, name, name.split("/", 2)[0]);
  }

  Path folder() {
    return folder;
  }

  /** Folder of the model: the fixture's own, or the one that it names. */
  Path model() {
    JsonNode other = json.path("checkpoint");
    return other.isTextual() ? folder.resolve(other.textValue()).normalize() : folder;
  }

  JsonNode json() {
    return json;
  }

  boolean has(String name) {
    return tensors.has(name) || tensors.has(shared(name));
  }

  Shape shape(String name) {
    return stored(name).shape();
  }

  Tensor tensor(String name) {
    return stored(name).load();
  }

  private StoredTensor stored(String name) {
    return tensors.tensor(tensors.has(name) ? name : shared(name));
  }

  /** Where a tensor is that all cases of a fixture have in common. */
  static String shared(String name) {
    return SHARED + name.substring(name.indexOf('/') + 1);
  }

  float[] floats(String name) {
    return tensor(name).toFloats();
  }

  /** The elements of an unsigned tensor. */
  byte[] bytes(String name) {
    float[] values = floats(name);
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  /** All tensor names that belong to a case, those that it has in common with others too. */
  Set<String> namesOf(String name) {
    Set<String> names = namesBelow(name + "/");
    String shared = shared(name + "/");
    namesBelow(shared).forEach(tensor -> names.add(name + "/" + tensor.substring(shared.length())));
    return names;
  }

  private Set<String> namesBelow(String start) {
    return tensors.names().stream()
        .filter(tensor -> tensor.startsWith(start))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** All tensor names. */
  Set<String> names() {
    return tensors.names();
  }

  /** Cases by name, in the order of the file. */
  Map<String, JsonNode> cases() {
    JsonNode cases = json.path("cases");
    Map<String, JsonNode> named = new LinkedHashMap<>();
    if (cases.isArray()) {
      cases.forEach(node -> named.put(node.path("name").asText(), node));
    } else {
      cases.properties().forEach(entry -> named.put(entry.getKey(), entry.getValue()));
    }
    return named;
  }

  @Override
  public void close() {
    tensors.close();
  }
}
