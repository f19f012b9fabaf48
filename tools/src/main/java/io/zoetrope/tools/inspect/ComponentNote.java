package io.zoetrope.tools.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.config.JsonConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a component's configuration says beside the shapes of its weights. */
public final class ComponentNote {
  /** Names of diffusers and transformers, in the order in which they are told. */
  private static final List<String> TOLD =
      List.of(
          "num_attention_heads",
          "num_heads",
          "attention_head_dim",
          "d_kv",
          "num_layers",
          "num_hidden_layers",
          "patch_size",
          "patch_size_t",
          "z_dim",
          "latent_channels");

  private ComponentNote() {}

  /** Lines: the class, its parameters, and the sizes that widths do not show, two a line. */
  public static List<String> of(Path folder, ModelModule module) {
    Path config = folder.resolve("config.json");
    JsonNode json =
        Files.isRegularFile(config) ? JsonConfig.read(config).json() : JsonConfig.MAPPER.nullNode();
    JsonNode architectures = json.path("architectures").path(0);
    String name = json.path("_class_name").asText(architectures.asText(module.name()));
    List<String> sizes = new ArrayList<>();
    for (String key : TOLD) {
      if (json.path(key).isNumber() || json.path(key).isArray()) {
        sizes.add("%s %s".formatted(key, json.path(key).toString().replace(",", ", ")));
      }
    }
    List<String> lines = new ArrayList<>();
    lines.add("%s, %s parameters".formatted(name, ModuleTable.scaled(module.parameters())));
    for (int i = 0; i < sizes.size(); i += 2) {
      lines.add(String.join(", ", sizes.subList(i, Math.min(i + 2, sizes.size()))));
    }
    return List.copyOf(lines);
  }
}
