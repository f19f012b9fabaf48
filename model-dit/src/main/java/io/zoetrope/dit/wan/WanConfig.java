package io.zoetrope.dit.wan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.zoetrope.weights.WeightsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * The {@code config.json} of a {@code WanTransformer3DModel}. Components carry diffusers' parameter
 * names; a field that is missing or null takes diffusers' default.
 *
 * @param inChannels channels of the latents, with those of mask and condition in image-to-video
 * @param textDim width of the prompt embeddings
 * @param freqDim width of the timestep sinusoid
 * @param ffnDim width inside a block's feed-forward
 * @param crossAttnNorm whether {@code norm2}, in front of cross-attention, exists
 * @param imageDim width of the image embeddings; present in models with an image branch
 * @param posEmbedSeqLen image tokens of all pictures together, in models that embed their position
 * @param ropeMaxSeqLen most patches along one axis
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
    int ropeMaxSeqLen) {
  private static final String CLASS_NAME = "WanTransformer3DModel";
  private static final String QK_NORM = "rms_norm_across_heads";
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /** Width of the tokens inside the transformer. */
  public long innerDim() {
    return (long) numAttentionHeads * attentionHeadDim;
  }

  /**
   * Reads a configuration.
   *
   * @throws WeightsException if the file cannot be read, is no JSON object, or asks for something
   *     that this implementation does not do
   */
  public static WanConfig read(Path file) {
    try {
      return new Fields(file.toString(), JSON.readTree(file.toFile())).config();
    } catch (JsonProcessingException e) {
      throw new WeightsException(file + ": not valid JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new WeightsException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** Typed look-ups in the JSON object. */
  private record Fields(String file, JsonNode json) {
    WanConfig config() {
      require(json.isObject(), "the file", "no JSON object", "a JSON object");
      supportOnly("_class_name", CLASS_NAME);
      // Ignored by diffusers as well, whose attention always normalises so.
      supportOnly("qk_norm", QK_NORM);
      int inChannels = integer("in_channels", 16);
      WanConfig config =
          new WanConfig(
              patchSize(),
              integer("num_attention_heads", 40),
              integer("attention_head_dim", 128),
              inChannels,
              optionalInteger("out_channels").orElse(inChannels),
              integer("text_dim", 4096),
              integer("freq_dim", 256),
              integer("ffn_dim", 13824),
              integer("num_layers", 40),
              flag("cross_attn_norm", true),
              eps(),
              optionalInteger("image_dim"),
              optionalInteger("pos_embed_seq_len"),
              integer("rope_max_seq_len", 1024));
      require(
          config.attentionHeadDim % 2 == 0,
          "attention_head_dim",
          config.attentionHeadDim,
          "even numbers, because rope turns pairs");
      checkImageBranch(config);
      return config;
    }

    /** The image branch has two halves, an embedder and projections in every block. */
    private void checkImageBranch(WanConfig config) {
      OptionalInt added = optionalInteger("added_kv_proj_dim");
      require(
          config.imageDim.isPresent()
              ? added.isPresent() && added.getAsInt() == config.innerDim()
              : added.isEmpty(),
          "added_kv_proj_dim",
          json.path("added_kv_proj_dim"),
          "the inner dimension %d with image_dim, null without".formatted(config.innerDim()));
      require(
          config.imageDim.isPresent() || config.posEmbedSeqLen.isEmpty(),
          "pos_embed_seq_len",
          json.path("pos_embed_seq_len"),
          "null without image_dim");
    }

    private PatchSize patchSize() {
      JsonNode value = json.path("patch_size");
      if (isAbsent(value)) {
        return new PatchSize(1, 2, 2);
      }
      boolean valid = value.isArray() && value.size() == 3;
      for (JsonNode size : value) {
        valid &= isPositiveInteger(size);
      }
      require(valid, "patch_size", value, "three positive integers");
      return new PatchSize(
          value.get(0).intValue(), value.get(1).intValue(), value.get(2).intValue());
    }

    private float eps() {
      JsonNode value = json.path("eps");
      if (isAbsent(value)) {
        return 1e-6f;
      }
      require(value.isNumber() && value.floatValue() > 0, "eps", value, "positive numbers");
      return value.floatValue();
    }

    private boolean flag(String name, boolean absent) {
      JsonNode value = json.path(name);
      require(isAbsent(value) || value.isBoolean(), name, value, "true, false");
      return value.asBoolean(absent);
    }

    private int integer(String name, int absent) {
      return optionalInteger(name).orElse(absent);
    }

    private OptionalInt optionalInteger(String name) {
      JsonNode value = json.path(name);
      if (isAbsent(value)) {
        return OptionalInt.empty();
      }
      require(isPositiveInteger(value), name, value, "positive integers");
      return OptionalInt.of(value.intValue());
    }

    private void supportOnly(String name, String supported) {
      JsonNode value = json.path(name);
      require(isAbsent(value) || supported.equals(value.textValue()), name, value, supported);
    }

    private static boolean isAbsent(JsonNode value) {
      return value.isMissingNode() || value.isNull();
    }

    private static boolean isPositiveInteger(JsonNode value) {
      return value.isIntegralNumber() && value.canConvertToInt() && value.intValue() > 0;
    }

    private void require(boolean condition, String name, Object value, String supported) {
      if (!condition) {
        throw new WeightsException(
            "%s: %s is %s; supported: %s".formatted(file, name, value, supported));
      }
    }
  }
}
