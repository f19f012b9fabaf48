package io.zoetrope.pipeline;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A model in the folder layout of diffusers: {@code model_index.json} names the pipeline and the
 * class of each component, and each component has a folder of its own.
 *
 * @param folder where it lies
 * @param pipelineClass {@code _class_name} of the index
 * @param components class of each component that is present
 * @param settings the remaining entries of the index, such as {@code boundary_ratio}
 * @param defaults from {@code zoetrope.json} beside the index, or those of the pipeline's class
 */
public record ModelFolder(
    Path folder,
    String pipelineClass,
    Map<String, String> components,
    Map<String, JsonNode> settings,
    GenerationDefaults defaults) {
  private static final String INDEX = "model_index.json";
  private static final String DEFAULTS = "zoetrope.json";
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /**
   * Reads a folder's index.
   *
   * @throws PipelineException if the folder or the index is missing or malformed
   */
  public static ModelFolder open(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new PipelineException(
          "model folder %s %s; name a folder in the layout of diffusers"
              .formatted(folder, Files.exists(folder) ? "is not a folder" : "does not exist"));
    }
    Path file = folder.resolve(INDEX);
    if (!Files.exists(file)) {
      throw new PipelineException(
          "model folder %s has no %s; name a folder in the layout of diffusers"
              .formatted(folder, INDEX));
    }
    JsonNode index = read(file);
    if (!index.path("_class_name").isTextual()) {
      throw new PipelineException(file + ": '_class_name' is missing or no string");
    }
    Map<String, String> components = new LinkedHashMap<>();
    Map<String, JsonNode> settings = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : index.properties()) {
      JsonNode value = entry.getValue();
      if (value.isArray()) {
        if (value.size() != 2) {
          throw new PipelineException(
              "%s: component '%s' is not [library, class]".formatted(file, entry.getKey()));
        }
        if (value.get(1).isTextual()) {
          components.put(entry.getKey(), value.get(1).textValue());
        }
      } else if (!entry.getKey().startsWith("_")) {
        settings.put(entry.getKey(), value);
      }
    }
    return new ModelFolder(
        folder, index.get("_class_name").textValue(), components, settings, defaults(folder));
  }

  /**
   * The folder of a component.
   *
   * @param classes the classes that the caller can use
   * @throws PipelineException if the index lacks it, it has another class, or its folder is missing
   */
  public Path component(String name, String... classes) {
    String found = components.get(name);
    if (found == null) {
      throw new PipelineException(
          "%s: component '%s' is missing; it has %s"
              .formatted(folder.resolve(INDEX), name, new TreeSet<>(components.keySet())));
    }
    if (classes.length > 0 && !Set.of(classes).contains(found)) {
      throw new PipelineException(
          "%s: component '%s' has class %s, which is not supported; supported: %s"
              .formatted(folder.resolve(INDEX), name, found, String.join(", ", classes)));
    }
    Path path = folder.resolve(name);
    if (!Files.isDirectory(path)) {
      throw new PipelineException(
          "model folder %s lacks its component folder '%s'".formatted(folder, name));
    }
    return path;
  }

  private static GenerationDefaults defaults(Path folder) {
    Path file = folder.resolve(DEFAULTS);
    GenerationDefaults wan = GenerationDefaults.WAN;
    if (!Files.exists(file)) {
      return wan;
    }
    JsonNode json = read(file);
    return new GenerationDefaults(
        (int) positive(file, json, "width", wan.width()),
        (int) positive(file, json, "height", wan.height()),
        (int) positive(file, json, "num_frames", wan.frames()),
        (int) positive(file, json, "num_inference_steps", wan.steps()),
        positive(file, json, "guidance_scale", wan.guidanceScale()),
        (int) positive(file, json, "fps", wan.framesPerSecond()));
  }

  private static double positive(Path file, JsonNode json, String name, double missing) {
    JsonNode value = json.path(name);
    if (value.isMissingNode()) {
      return missing;
    }
    if (!value.isNumber() || !(value.doubleValue() > 0)) {
      throw new PipelineException("%s: '%s' is not a positive number".formatted(file, name));
    }
    return value.doubleValue();
  }

  private static JsonNode read(Path file) {
    try {
      JsonNode json = JSON.readTree(file.toFile());
      if (!json.isObject()) {
        throw new PipelineException(file + ": is not a JSON object");
      }
      return json;
    } catch (JacksonException e) {
      throw new PipelineException(
          "%s: malformed JSON at line %d: %s"
              .formatted(
                  file,
                  e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
                  e.getOriginalMessage().lines().findFirst().orElse("")),
          e);
    } catch (IOException e) {
      throw new PipelineException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
