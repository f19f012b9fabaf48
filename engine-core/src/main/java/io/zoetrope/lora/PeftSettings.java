package io.zoetrope.lora;

import static io.zoetrope.files.Printable.quote;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.files.InputFile;
import io.zoetrope.weights.WeightsException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/**
 * How a LoRA was trained, as PEFT says it: {@code adapter_config.json} beside the file, or what
 * diffusers puts into the file's header, where a prefix stands before each name.
 */
final class PeftSettings {
  /** Entry of a file's metadata with the settings as JSON. */
  private static final String HEADER = "lora_adapter_metadata";

  /**
   * What {@code save_pretrained} calls the file with the settings, and the one with the tensors.
   */
  private static final String CONFIG_FILE = "adapter_config.json";

  private static final String TENSORS_FILE = "adapter_model.safetensors";

  /** Parts of a pipeline that settings can be of; the last one is of whatever there is. */
  private static final List<String> PREFIXES = List.of("transformer_2.", "transformer.", "");

  /** A pattern of PEFT is a regular expression; those that are written are names. */
  private static final Pattern PLAIN = Pattern.compile("[\\w.]+");

  private final JsonConfig json;

  private PeftSettings(JsonConfig json) {
    this.json = json;
  }

  /**
   * The settings of a file; empty if nothing is said.
   *
   * @throws io.zoetrope.config.ConfigException if they are malformed
   */
  static Optional<PeftSettings> of(Path file, Map<String, String> metadata) {
    String header = metadata.get(HEADER);
    if (header != null) {
      return Optional.of(new PeftSettings(JsonConfig.parse(file + ": " + HEADER, header)));
    }
    Path config = file.toAbsolutePath().resolveSibling(CONFIG_FILE);
    boolean isSaved = file.endsWith(TENSORS_FILE) && InputFile.isThere(config);
    return isSaved ? Optional.of(new PeftSettings(JsonConfig.read(config))) : Optional.empty();
  }

  /**
   * How often the product of a pair counts; empty if nothing is said of its module.
   *
   * @param module with the file's prefix
   * @param rank of the pair
   */
  OptionalDouble scale(String module, long rank) {
    for (String prefix : PREFIXES) {
      if (module.startsWith(prefix) && json.has(prefix + "lora_alpha")) {
        double alpha =
            pattern(prefix + "alpha_pattern", module)
                .orElseGet(() -> json.number(prefix + "lora_alpha", 0));
        boolean isRankStabilised = json.flag(prefix + "use_rslora", false);
        return OptionalDouble.of(alpha / (isRankStabilised ? Math.sqrt(rank) : rank));
      }
    }
    return OptionalDouble.empty();
  }

  /** Whether the files of these settings also scale the rows of weights. */
  boolean isDora() {
    return PREFIXES.stream().anyMatch(prefix -> json.flag(prefix + "use_dora", false));
  }

  /** The number that a table has for a module, whose entries are ends of names. */
  private OptionalDouble pattern(String field, String module) {
    JsonNode table = json.json().path(field);
    for (Map.Entry<String, JsonNode> entry : table.properties()) {
      String end = entry.getKey();
      json.require(entry.getValue().isNumber(), field, "objects of names and numbers");
      if (!PLAIN.matcher(end).matches()) {
        throw new WeightsException(
            "%s: the name %s in %s is a regular expression; names of modules are understood"
                .formatted(json.place(), quote(end), field));
      }
      if (module.equals(end) || module.endsWith("." + end)) {
        return OptionalDouble.of(entry.getValue().doubleValue());
      }
    }
    return OptionalDouble.empty();
  }
}
