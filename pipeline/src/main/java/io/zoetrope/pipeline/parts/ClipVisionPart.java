package io.zoetrope.pipeline.parts;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.tensor.Shape;
import io.zoetrope.weights.WeightSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Recognises CLIP's vision towers. */
final class ClipVisionPart {
  private static final List<String> PREFIXES = List.of("", "clip_vision.", "image_encoder.");

  /** Width and heads of ViT-H/14, which Wan's models attend to; others have heads of 64. */
  private static final int HUGE = 1280;

  private static final int HUGE_HEADS = 16;
  private static final int HEAD_DIM = 64;

  private ClipVisionPart() {}

  /**
   * The vision tower in a file; empty if there is none.
   *
   * @throws io.zoetrope.weights.WeightsException if tensors are missing or left over
   */
  static Optional<FoundPart> find(Path file, WeightSource source) {
    for (String prefix : PREFIXES) {
      if (source.has(prefix + "vision_model.embeddings.class_embedding")) {
        return Optional.of(part(file, source, prefix, Spelling.ofModel(prefix)::view));
      }
      if (source.has(prefix + "embeddings.class_embedding")) {
        // As transformers writes them since version 5.
        Spelling recent =
            new Spelling(prefix, name -> Optional.of("vision_model." + name), Set.of());
        return Optional.of(part(file, source, prefix, recent::view));
      }
      if (source.has(prefix + "visual.cls_embedding")) {
        return Optional.of(
            part(file, source, prefix, weights -> new WanClipWeights(weights, prefix)));
      }
    }
    return Optional.empty();
  }

  private static FoundPart part(
      Path file, WeightSource source, String prefix, UnaryOperator<WeightSource> view) {
    JsonConfig config = config(file, view.apply(source));
    String title =
        "vision tower of CLIP" + (config.positiveInteger("hidden_size") == HUGE ? " ViT-H/14" : "");
    return new FoundPart(file, Role.CLIP_VISION, title, prefix, config, view);
  }

  /** What {@code CLIPVisionModel} in transformers would write. */
  private static JsonConfig config(Path file, WeightSource view) {
    String embeddings = "vision_model.embeddings.";
    Shape patch = Shapes.of(view, embeddings + "patch_embedding.weight", 4);
    int hidden = patch.intSize(0);
    long tokens = Shapes.of(view, embeddings + "position_embedding.weight", 2).size(0);
    ObjectNode json = JsonConfig.MAPPER.createObjectNode();
    json.putArray("architectures").add("CLIPVisionModel");
    json.put("model_type", "clip_vision_model");
    json.put("hidden_act", "gelu");
    json.put("hidden_size", hidden);
    json.put(
        "intermediate_size",
        Shapes.of(view, "vision_model.encoder.layers.0.mlp.fc1.weight", 2).size(0));
    json.put("num_hidden_layers", Shapes.count(view, "vision_model.encoder.layers"));
    json.put("num_attention_heads", hidden == HUGE ? HUGE_HEADS : Math.max(1, hidden / HEAD_DIM));
    json.put("image_size", (int) Math.sqrt(tokens - 1) * patch.intSize(2));
    json.put("patch_size", patch.intSize(2));
    return JsonConfig.of(file.toString(), json);
  }
}
