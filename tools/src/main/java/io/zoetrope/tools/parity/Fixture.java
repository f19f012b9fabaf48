package io.zoetrope.tools.parity;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A folder with what a reference implementation computed: {@code golden.json} (cases, settings,
 * tolerances) and {@code golden.safetensors} (tensors named {@code case/stage/what}).
 */
final class Fixture implements AutoCloseable {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          // Python writes infinities of scheduler configurations as -Infinity.
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  private final Path folder;
  private final JsonNode json;
  private final SafetensorsFile tensors;
  private final List<PathMatcher> selection;

  private Fixture(
      Path folder, JsonNode json, SafetensorsFile tensors, List<PathMatcher> selection) {
    this.folder = folder;
    this.json = json;
    this.tensors = tensors;
    this.selection = selection;
  }

  /**
   * Opens a fixture.
   *
   * @param globs which cases to run; none is all
   * @throws PipelineException if the folder has no golden files, or they are malformed
   */
  static Fixture open(Path folder, List<String> globs) {
    JsonNode json = readJson(folder.resolve("golden.json"));
    return new Fixture(
        folder, json, SafetensorsFile.open(folder.resolve("golden.safetensors")), matchers(globs));
  }

  /** Reads a JSON object, or says in one line what is wrong with it. */
  static JsonNode readJson(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new PipelineException(
          file + " does not exist: name a folder with golden.json and golden.safetensors");
    }
    try {
      JsonNode json = JSON.readTree(file.toFile());
      if (!json.isObject()) {
        throw new PipelineException(file + ": is not a JSON object");
      }
      return json;
    } catch (JacksonException e) {
      throw new PipelineException(file + ": malformed JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new PipelineException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  static List<PathMatcher> matchers(List<String> globs) {
    return globs.stream().map(g -> FileSystems.getDefault().getPathMatcher("glob:" + g)).toList();
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

  JsonNode json() {
    return json;
  }

  boolean has(String name) {
    return tensors.names().contains(name);
  }

  Tensor tensor(String name) {
    return tensors.tensor(name);
  }

  float[] floats(String name) {
    return tensor(name).toFloats();
  }

  /** All tensor names that belong to a case. */
  Set<String> namesOf(String name) {
    return tensors.names().stream()
        .filter(tensor -> tensor.startsWith(name + "/"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** All tensor names. */
  Set<String> names() {
    return tensors.names();
  }

  /** Cases by name, in the order of the file. */
  Map<String, JsonNode> cases() {
    JsonNode cases = json.path("cases");
    Map<String, JsonNode> named = new java.util.LinkedHashMap<>();
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
