package io.zoetrope.dit.wan;

import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.nn.PatchSize;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The {@code config.json} of a {@code WanTransformer3DModel} or {@code WanVACETransformer3DModel}.
 * Components carry diffusers' parameter names; a field that is missing or null takes diffusers'
 * default.
 *
 * @param inChannels channels of the latents, with those of mask and condition in image-to-video
 * @param textDim width of the prompt embeddings
 * @param freqDim width of the timestep sinusoid
 * @param ffnDim width inside a block's feed-forward
 * @param crossAttnNorm whether {@code norm2}, in front of cross-attention, exists
 * @param imageDim width of the image embeddings; present in models with an image branch
 * @param posEmbedSeqLen image tokens of all pictures together, in models that embed their position
 * @param ropeMaxSeqLen most patches along one axis
 * @param vace the control branch; empty in models without one
 */
public record WanConfig(
    PatchSize patchSize,
    int numAttentionHeads,
    int attentionHeadDim,
    int inChannels,
    int outChannels,
    int textDim,
    int freqDim,
    int ffnDim,
    int numLayers,
    boolean crossAttnNorm,
    float eps,
    OptionalInt imageDim,
    OptionalInt posEmbedSeqLen,
    int ropeMaxSeqLen,
    Optional<VaceConfig> vace) {
  private static final String CLASS_NAME = "WanTransformer3DModel";
  private static final String QK_NORM = "rms_norm_across_heads";

  /** Width of the tokens inside the transformer. */
  public long innerDim() {
    return (long) numAttentionHeads * attentionHeadDim;
  }

  /**
   * Reads a configuration.
   *
   * @throws ConfigException if the file cannot be read, is no JSON object, or asks for something
   *     that this implementation does not do
   */
  public static WanConfig read(Path file) {
    return of(JsonConfig.read(file));
  }

  /**
   * As {@link #read}, of what has been read already.
   *
   * @throws ConfigException if it asks for something that this implementation does not do
   */
  public static WanConfig of(JsonConfig fields) {
    JsonConfig json = fields.withoutNulls();
    json.choice("_class_name", CLASS_NAME, CLASS_NAME, VaceConfig.CLASS_NAME);
    // Ignored by diffusers as well, whose attention always normalises so.
    json.choice("qk_norm", QK_NORM, QK_NORM);
    int inChannels = json.positiveInteger("in_channels", 16);
    // A bound, lest a nonsensical number becomes a list of that length.
    int numLayers = json.integer("num_layers", 40, 1, 10_000);
    WanConfig config =
        new WanConfig(
            patchSize(json),
            json.positiveInteger("num_attention_heads", 40),
            json.positiveInteger("attention_head_dim", 128),
            inChannels,
            json.positiveInteger("out_channels", inChannels),
            json.positiveInteger("text_dim", 4096),
            json.positiveInteger("freq_dim", 256),
            json.positiveInteger("ffn_dim", 13824),
            numLayers,
            json.flag("cross_attn_norm", true),
            (float) json.positiveNumber("eps", 1e-6),
            json.optionalPositiveInteger("image_dim"),
            json.optionalPositiveInteger("pos_embed_seq_len"),
            json.positiveInteger("rope_max_seq_len", 1024),
            VaceConfig.read(json, numLayers));
    json.require(
        config.attentionHeadDim % 2 == 0,
        "attention_head_dim",
        "even numbers, because rope turns pairs");
    checkImageBranch(json, config);
    return config;
  }

  private static PatchSize patchSize(JsonConfig json) {
    List<Integer> sizes = json.positiveIntegers("patch_size", List.of(1, 2, 2));
    json.require(sizes.size() == 3, "patch_size", "lists of three positive integers");
    return new PatchSize(sizes.get(0), sizes.get(1), sizes.get(2));
  }

  /** The image branch has two halves, an embedder and projections in every block. */
  private static void checkImageBranch(JsonConfig json, WanConfig config) {
    OptionalInt added = json.optionalPositiveInteger("added_kv_proj_dim");
    json.require(
        config.imageDim.isPresent()
            ? added.isPresent() && added.getAsInt() == config.innerDim()
            : added.isEmpty(),
        "added_kv_proj_dim",
        "the inner dimension %d with image_dim, null without".formatted(config.innerDim()));
    json.require(
        config.imageDim.isPresent() || config.posEmbedSeqLen.isEmpty(),
        "pos_embed_seq_len",
        "null without image_dim");
  }
}
