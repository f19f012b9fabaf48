package io.zoetrope.pipeline.family;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.files.InputFile;
import io.zoetrope.files.Printable;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.t5.T5Tokenizer;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.WeightSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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
 * @param components library and class of each component that is present
 * @param settings the remaining entries of the index, such as {@code boundary_ratio}
 * @param own what {@code zoetrope.json} beside the index says, if it is there
 */
public record ModelFolder(
    Path folder,
    String pipelineClass,
    Map<String, ComponentClass> components,
    Map<String, JsonNode> settings,
    Optional<JsonConfig> own)
    implements ModelSource {
  /** File name, without ending, that diffusers gives to the weights of its components. */
  public static final String DIFFUSERS = "diffusion_pytorch_model";

  /** File name, without ending, that transformers gives to the weights of its models. */
  public static final String TRANSFORMERS = "model";

  private static final String INDEX = "model_index.json";

  private static final String SCHEDULER = "scheduler";

  private static final String CLASS_NAME = "_class_name";

  /** {@code models--ORG--NAME/snapshots/HASH} is where hubs' own tools keep a model. */
  private static final String HUB_PREFIX = "models--";

  /** Holds what {@link ModelSource#own} is asked for. */
  public static final String OWN = "zoetrope.json";

  /**
   * What an index says of a component.
   *
   * @param library that has the class; empty for one that the index does not name
   * @param name of the class
   */
  public record ComponentClass(String library, String name) {
    /** Name, without ending, of the files that the library keeps weights in. */
    String weightsName() {
      return library.equals("transformers") ? TRANSFORMERS : DIFFUSERS;
    }
  }

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
    Map<String, ComponentClass> components = new LinkedHashMap<>();
    Map<String, JsonNode> settings = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : index.json().properties()) {
      JsonNode value = entry.getValue();
      if (value.isArray()) {
        index.require(value.size() == 2, entry.getKey(), "[library, class]");
        if (value.get(1).isTextual()) {
          components.put(
              entry.getKey(),
              new ComponentClass(value.get(0).asText(""), value.get(1).textValue()));
        }
      } else if (!entry.getKey().startsWith("_")) {
        settings.put(entry.getKey(), value);
      }
    }
    return new ModelFolder(folder, index.text(CLASS_NAME), components, settings, own(folder));
  }

  @Override
  public String description() {
    return folder.toString();
  }

  @Override
  public JsonConfig config(String component, String... classes) {
    JsonConfig config = JsonConfig.read(folderOf(component, classes).resolve(configOf(component)));
    String named = components.get(component).name();
    if (component.equals(SCHEDULER) && !config.text(CLASS_NAME).equals(named)) {
      throw new PipelineException(
          "%s: the index names the scheduler %s, its configuration %s: make them agree"
              .formatted(folder, named, Printable.value(config.text(CLASS_NAME))));
    }
    return config;
  }

  private static String configOf(String component) {
    return switch (component) {
      case SCHEDULER -> "scheduler_config.json";
      case "image_processor" -> "preprocessor_config.json";
      default -> "config.json";
    };
  }

  @Override
  public WeightSource weights(String component) {
    return Checkpoint.open(folderOf(component), components.get(component).weightsName());
  }

  @Override
  public T5Tokenizer tokenizer() {
    return T5Tokenizer.open(folderOf("tokenizer"));
  }

  private Path folderOf(String name, String... classes) {
    ComponentClass found = components.get(name);
    if (found == null) {
      throw new PipelineException(
          "%s: component '%s' is missing; it has %s"
              .formatted(
                  folder.resolve(INDEX),
                  name,
                  Printable.value(new TreeSet<>(components.keySet()).toString())));
    }
    if (classes.length > 0 && !Set.of(classes).contains(found.name())) {
      throw new PipelineException(
          "%s: component '%s' has class %s, which is not supported; supported: %s"
              .formatted(
                  folder.resolve(INDEX),
                  name,
                  Printable.value(found.name()),
                  String.join(", ", classes)));
    }
    Path path = folder.resolve(name);
    if (!Files.isDirectory(path)) {
      throw new PipelineException(
          "model folder %s lacks its component folder '%s'".formatted(folder, name));
    }
    return path;
  }

  /** What {@link #nameOf} tells of the folder. */
  @Override
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

  static Optional<JsonConfig> own(Path folder) {
    Path file = folder.resolve(OWN);
    return InputFile.isThere(file) ? Optional.of(JsonConfig.read(file)) : Optional.empty();
  }
}
