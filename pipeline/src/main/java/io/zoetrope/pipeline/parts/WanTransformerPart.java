package io.zoetrope.pipeline.parts;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.names.WanNames;
import io.zoetrope.tensor.Shape;
import io.zoetrope.weights.WeightSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Recognises the transformers of Wan 2.1 and 2.2, and tells variants that are others by name. */
final class WanTransformerPart {
  private static final List<String> PREFIXES =
      List.of("", "model.diffusion_model.", "diffusion_model.", "model.", "net.");

  /** Width of an attention head in all published models; shapes do not tell it. */
  private static final int HEAD_DIM = 128;

  /** Latents of a patch, one by two by two in all published models. */
  private static final int PATCH_VOLUME = 4;

  /** Tensors that only variants have, which are other models. */
  private static final Map<String, String> VARIANTS =
      Map.ofEntries(
          Map.entry("control_adapter.conv.weight", "Wan Fun-Camera"),
          Map.entry("ref_conv.weight", "Wan Fun-Control"),
          Map.entry("casual_audio_encoder.encoder.final_linear.weight", "Wan 2.2 S2V"),
          Map.entry("audio_proj.audio_proj_glob_1.layer.bias", "HuMo"),
          Map.entry("face_adapter.fuser_blocks.0.k_norm.weight", "Wan 2.2 Animate"),
          Map.entry("blocks.0.block.self_attn.q.weight", "Wan Animate 2"),
          Map.entry("patch_embedding_mask.weight", "SCAIL-2"),
          Map.entry("patch_embedding_pose.weight", "SCAIL"),
          Map.entry("patch_embedding_global.weight", "WanDancer"),
          Map.entry("fps_embedding.weight", "SkyReels V2"),
          Map.entry("blocks.0.cam_encoder.weight", "ReCamMaster"),
          Map.entry("text_projection.0.weight", "BindWeave"),
          Map.entry("LQ_proj_in.norm1.gamma", "FlashVSR"),
          Map.entry("image_to_cond.conv_in.bias", "One-to-All Animation"));

  private WanTransformerPart() {}

  /**
   * The transformer in a file; empty if there is none.
   *
   * @throws PipelineException if it is a variant that is not supported
   * @throws io.zoetrope.weights.WeightsException if tensors are missing or left over
   */
  static Optional<FoundPart> find(Path file, WeightSource source) {
    for (String prefix : PREFIXES) {
      if (source.has(prefix + "head.modulation")) {
        refuseVariants(file, source, prefix);
        return Optional.of(part(file, source, Spelling.of(prefix, WanNames.transformer())));
      }
      if (source.has(prefix + "condition_embedder.time_proj.weight")) {
        return Optional.of(part(file, source, Spelling.ofModel(prefix)));
      }
    }
    return Optional.empty();
  }

  /** The variant that is not supported, of a file with such tensors, goes on after "it is". */
  static Optional<String> variant(Set<String> names) {
    return PREFIXES.stream()
        .filter(prefix -> names.contains(prefix + "head.modulation"))
        .flatMap(prefix ->
            VARIANTS.entrySet().stream()
                .filter(variant -> names.contains(prefix + variant.getKey())))
        .map(variant -> "a transformer of " + variant.getValue())
        .findFirst();
  }

  private static void refuseVariants(Path file, WeightSource source, String prefix) {
    VARIANTS.forEach((marker, name) -> {
      if (source.has(prefix + marker)) {
        throw new PipelineException(
            "%s: it is a transformer of %s, a variant of Wan that is not supported"
                .formatted(file, name));
      }
    });
  }

  private static FoundPart part(Path file, WeightSource source, Spelling spelling) {
    WeightSource view = spelling.view(source);
    JsonConfig config = config(file, view);
    WanKind kind =
        WanKind.of(config)
            .orElseThrow(() ->
                new PipelineException(
                    "%s: it is a Wan transformer that takes %s channels and makes %s%s: no model that is supported does"
                        .formatted(
                            file,
                            config.json().get("in_channels"),
                            config.json().get("out_channels"),
                            config.has("vace_layers") ? " beside a control" : "")));
    return new FoundPart(
        file, Role.TRANSFORMER, title(kind, config), spelling.prefix(), config, spelling::view);
  }

  /** What {@code WanTransformer3DModel} in diffusers would write. */
  private static JsonConfig config(Path file, WeightSource view) {
    // Writers of GGUF files leave out sizes of one, and fold the dimensions of the patch's kernel.
    Shape table = view.tensor("scale_shift_table").shape();
    int dim = table.rank() == 0 ? 0 : table.intSize(-1);
    if (dim == 0 || dim % HEAD_DIM != 0) {
      throw new PipelineException(
          "%s: it is a Wan transformer of width %d, which no number of heads of %d fills"
              .formatted(file, dim, HEAD_DIM));
    }
    ObjectNode json = JsonConfig.MAPPER.createObjectNode();
    json.put("_class_name", "WanTransformer3DModel");
    json.putArray("patch_size").add(1).add(2).add(2);
    json.put("num_attention_heads", dim / HEAD_DIM);
    json.put("attention_head_dim", HEAD_DIM);
    json.put("in_channels", view.tensor("patch_embedding.weight").count() / dim / PATCH_VOLUME);
    json.put("out_channels", Shapes.of(view, "proj_out.weight", 2).size(0) / PATCH_VOLUME);
    String embedder = "condition_embedder.";
    json.put("text_dim", Shapes.of(view, embedder + "text_embedder.linear_1.weight", 2).size(1));
    json.put("freq_dim", Shapes.of(view, embedder + "time_embedder.linear_1.weight", 2).size(1));
    json.put("ffn_dim", Shapes.of(view, "blocks.0.ffn.net.0.proj.weight", 2).size(0));
    int layers = Shapes.count(view, "blocks");
    json.put("num_layers", layers);
    json.put("cross_attn_norm", view.has("blocks.0.norm2.weight"));
    json.put("eps", 1e-6);
    String picture = embedder + "image_embedder.";
    if (view.has(picture + "norm1.weight")) {
      json.put("image_dim", Shapes.of(view, picture + "norm1.weight", 1).size(0));
      json.put("added_kv_proj_dim", dim);
      if (view.has(picture + "pos_embed")) {
        json.put("pos_embed_seq_len", view.tensor(picture + "pos_embed").shape().size(-2));
      }
    }
    if (view.has("vace_patch_embedding.weight")) {
      int hints = Shapes.count(view, "vace_blocks");
      json.put("_class_name", "WanVACETransformer3DModel");
      json.put(
          "vace_in_channels",
          view.tensor("vace_patch_embedding.weight").count() / dim / PATCH_VOLUME);
      // Published models spread them evenly.
      for (int i = 0, at = 0; i < hints; i++, at += Math.max(1, layers / hints)) {
        json.withArray("vace_layers").add(at);
      }
    }
    return JsonConfig.of(file.toString(), json);
  }

  private static String title(WanKind kind, JsonConfig config) {
    int dim =
        config.positiveInteger("num_attention_heads")
            * config.positiveInteger("attention_head_dim");
    String size = dim == 1536 ? " 1.3B" : dim == 5120 ? " 14B" : "";
    String name =
        switch (kind) {
          case T2V -> dim == 5120 ? "2.1 T2V 14B or 2.2 T2V A14B" : "2.1 T2V" + size;
          case I2V -> "2.1 I2V" + size;
          case FLF2V -> "2.1 FLF2V" + size;
          case VACE -> "2.1 VACE" + size;
          case TI2V -> "2.2 TI2V" + (dim == 3072 ? " 5B" : "");
          case I2V_A14B -> "2.2 I2V A14B";
        };
    return "transformer of Wan " + name;
  }
}
