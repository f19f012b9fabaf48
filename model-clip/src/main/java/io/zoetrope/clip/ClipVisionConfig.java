package io.zoetrope.clip;

import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import java.nio.file.Path;

/**
 * The {@code config.json} of a {@code CLIPVisionModel}. Components carry transformers' parameter
 * names; a field that is missing takes transformers' default.
 *
 * @param hiddenSize width of the tokens
 * @param intermediateSize width inside a layer's feed-forward
 * @param numChannels colours of a picture
 * @param imageSize rows, and columns, of a picture
 * @param patchSize rows, and columns, of what one token sees
 */
public record ClipVisionConfig(
    int hiddenSize,
    int intermediateSize,
    int numHiddenLayers,
    int numAttentionHeads,
    int numChannels,
    int imageSize,
    int patchSize,
    float layerNormEps) {
  /**
   * Reads a configuration.
   *
   * @throws ConfigException if the file cannot be read, is no JSON object, or asks for something
   *     that this implementation does not do
   */
  public static ClipVisionConfig read(Path file) {
    return of(JsonConfig.read(file));
  }

  /**
   * As {@link #read}, of what has been read already.
   *
   * @throws ConfigException if it asks for something that this implementation does not do
   */
  public static ClipVisionConfig of(JsonConfig fields) {
    JsonConfig json = fields.withoutNulls();
    json.choice("model_type", "clip_vision_model", "clip_vision_model");
    json.choice("hidden_act", "quick_gelu", "gelu");
    ClipVisionConfig config =
        new ClipVisionConfig(
            json.positiveInteger("hidden_size", 768),
            json.positiveInteger("intermediate_size", 3072),
            // A bound, lest a nonsensical number becomes a list of that length.
            json.integer("num_hidden_layers", 12, 1, 10_000),
            json.positiveInteger("num_attention_heads", 12),
            json.positiveInteger("num_channels", 3),
            json.positiveInteger("image_size", 224),
            json.positiveInteger("patch_size", 32),
            (float) json.positiveNumber("layer_norm_eps", 1e-5));
    json.require(
        config.hiddenSize % config.numAttentionHeads == 0,
        "num_attention_heads",
        "divisors of hidden_size %d".formatted(config.hiddenSize));
    json.require(config.numChannels == 3, "num_channels", "3");
    json.require(
        config.patchSize <= config.imageSize && config.imageSize <= 1 << 14,
        "image_size",
        "from patch_size %d to 16384".formatted(config.patchSize));
    return config;
  }

  /** Tokens of a picture: one for each whole patch, and one for the picture as a whole. */
  public int tokens() {
    int side = imageSize / patchSize;
    return side * side + 1;
  }
}
