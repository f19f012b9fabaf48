package io.zoetrope.pipeline.convert;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.pipeline.parts.Role;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The files of a model folder that hold no weights, for a model that was one file: what diffusers'
 * {@code save_pretrained} would write.
 */
final class FolderFiles {
  private static final String DIFFUSERS = "diffusers";
  private static final String TRANSFORMERS = "transformers";

  private FolderFiles() {}

  /**
   * The texts of the files, by their paths in the folder.
   *
   * @param parts all that the model has weights of
   */
  static Map<String, String> of(ModelSource model, List<Part> parts) {
    JsonConfig scheduler = model.config("scheduler");
    ObjectNode index = JsonConfig.MAPPER.createObjectNode();
    index.put("_class_name", model.pipelineClass());
    model.settings().forEach(index::set);
    name(index, "scheduler", DIFFUSERS, scheduler.text("_class_name"));
    name(index, "tokenizer", TRANSFORMERS, "T5TokenizerFast");
    Map<String, String> files = new LinkedHashMap<>();
    for (Part part : parts) {
      JsonConfig config = part.config();
      name(
          index,
          part.component(),
          part.isOfTransformers() ? TRANSFORMERS : DIFFUSERS,
          config.has("_class_name")
              ? config.text("_class_name")
              : config.json().at("/architectures/0").asText());
      if (part.role() == Role.CLIP_VISION) {
        name(index, "image_processor", TRANSFORMERS, "CLIPImageProcessor");
        files.put(
            "image_processor/preprocessor_config.json", text(model.config("image_processor")));
      }
    }
    files.put("model_index.json", index.toPrettyString() + "\n");
    files.put("scheduler/scheduler_config.json", text(scheduler));
    return files;
  }

  private static void name(ObjectNode index, String component, String library, String className) {
    index.putArray(component).add(library).add(className);
  }

  private static String text(JsonConfig config) {
    return config.json().toPrettyString() + "\n";
  }
}
