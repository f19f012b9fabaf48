package io.zoetrope.pipeline.family;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.files.InputFile;
import io.zoetrope.files.Printable;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * @param own what {@code zoetrope.json} beside the index says, if it is there
 */
public record ModelFolder(
    Path folder,
    String pipelineClass,
    Map<String, String> components,
    Map<String, JsonNode> settings,
    Optional<JsonConfig> own) {
  private static final String INDEX = "model_index.json";

  /** {@code models--ORG--NAME/snapshots/HASH} is where hubs' own tools keep a model. */
  private static final String HUB_PREFIX = "models--";

  /** Holds defaults by the names of {@link Setting}s, and the fields below. */
  private static final String OWN = "zoetrope.json";

  private static final String LAST_IMAGE = "last_image";
  private static final String ONE_SIZE = "one_size";
  private static final String WORDS = "words";

  /**
   * Reads a folder's index.
   *
   * @throws PipelineException if the folder or the index is missing
   * @throws ConfigException if the index or the defaults are malformed
   */
  public static ModelFolder open(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new PipelineException("model folder " + folder + " " + FolderHint.ofNoFolder(folder));
    }
    Path file = folder.resolve(INDEX);
    if (!isModel(folder)) {
      throw new PipelineException(
          "model folder %s has no %s%s".formatted(folder, INDEX, FolderHint.ofOtherFolder(folder)));
    }
    JsonConfig index = JsonConfig.read(file);
    Map<String, String> components = new LinkedHashMap<>();
    Map<String, JsonNode> settings = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : index.json().properties()) {
      JsonNode value = entry.getValue();
      if (value.isArray()) {
        index.require(value.size() == 2, entry.getKey(), "[library, class]");
        if (value.get(1).isTextual()) {
          components.put(entry.getKey(), value.get(1).textValue());
        }
      } else if (!entry.getKey().startsWith("_")) {
        settings.put(entry.getKey(), value);
      }
    }
    return new ModelFolder(folder, index.text("_class_name"), components, settings, own(folder));
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
              .formatted(
                  folder.resolve(INDEX),
                  name,
                  Printable.value(new TreeSet<>(components.keySet()).toString())));
    }
    if (classes.length > 0 && !Set.of(classes).contains(found)) {
      throw new PipelineException(
          "%s: component '%s' has class %s, which is not supported; supported: %s"
              .formatted(
                  folder.resolve(INDEX), name, Printable.value(found), String.join(", ", classes)));
    }
    Path path = folder.resolve(name);
    if (!Files.isDirectory(path)) {
      throw new PipelineException(
          "model folder %s lacks its component folder '%s'".formatted(folder, name));
    }
    return path;
  }

  /** The model's name, for people and for the provenance; see {@link #nameOf}. */
  public String name() {
    return nameOf(folder);
  }

  /**
   * What a folder tells about the model in it, without the user's own paths: {@code ORG/NAME} of a
   * snapshot in the cache of a model hub, or else the last two names.
   */
  public static String nameOf(Path folder) {
    Path path = folder.toAbsolutePath().normalize();
    for (Path around = path; around != null; around = around.getParent()) {
      Path last = around.getFileName();
      if (last != null && last.toString().startsWith(HUB_PREFIX)) {
        return last.toString().substring(HUB_PREFIX.length()).replace("--", "/");
      }
    }
    int names = path.getNameCount();
    return names < 2 ? path.toString() : path.subpath(names - 2, names).toString();
  }

  /** Whether a folder has the index of a model. */
  public static boolean isModel(Path folder) {
    return InputFile.isThere(folder.resolve(INDEX));
  }

  /**
   * A family's defaults, with what {@code zoetrope.json} beside the index says instead.
   *
   * @throws ConfigException if a default is malformed
   */
  public GenerationRequest defaults(GenerationRequest family) {
    if (own.isEmpty()) {
      return family;
    }
    GenerationRequest defaults = family;
    for (Setting<?> setting : Setting.all()) {
      defaults = withDefault(defaults, own.get(), setting);
    }
    return defaults;
  }

  /**
   * Whether the model takes a picture that the clip arrives at, as {@code last_image} of {@code
   * zoetrope.json} says.
   *
   * @throws ConfigException if it is malformed
   */
  public boolean takesLastImage() {
    return own.map(json -> json.flag(LAST_IMAGE, false)).orElse(false);
  }

  /**
   * Whether the model has learned its default size alone, as {@code one_size} of {@code
   * zoetrope.json} says.
   *
   * @throws ConfigException if it is malformed
   */
  public boolean makesOneSize() {
    return own.map(json -> json.flag(ONE_SIZE, false)).orElse(false);
  }

  /**
   * The {@code words} of {@code zoetrope.json}; empty where it names none.
   *
   * @throws ConfigException if it is malformed
   */
  public Optional<Vocabulary> vocabulary() {
    return own.map(json -> json.texts(WORDS, List.of()))
        .filter(words -> !words.isEmpty())
        .map(words -> new Vocabulary(Set.copyOf(words)));
  }

  static Optional<JsonConfig> own(Path folder) {
    Path file = folder.resolve(OWN);
    return InputFile.isThere(file) ? Optional.of(JsonConfig.read(file)) : Optional.empty();
  }

  private static <T> GenerationRequest withDefault(
      GenerationRequest request, JsonConfig json, Setting<T> setting) {
    return setting.read(json).map(value -> request.with(setting, value)).orElse(request);
  }
}
