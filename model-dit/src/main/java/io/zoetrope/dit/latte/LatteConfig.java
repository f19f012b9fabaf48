package io.zoetrope.dit.latte;

import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.nn.PatchSize;
import io.zoetrope.ops.Activation;

/**
 * The {@code config.json} of a {@code LatteTransformer3DModel}. Components carry diffusers'
 * parameter names; a field that is missing or null takes diffusers' default.
 *
 * @param patchSize latents of a token, of one frame
 * @param inChannels channels of the latents
 * @param outChannels channels of the prediction: twice those of the latents in models that predict
 *     a variance too
 * @param captionChannels width of the prompt embeddings
 * @param sampleSize rows, and columns, of the latents that the model was trained with: what its
 *     positions are scaled to
 * @param videoLength most frames
 * @param attentionBias whether queries, keys and values have a bias
 */
public record LatteConfig(
    int numAttentionHeads,
    int attentionHeadDim,
    int inChannels,
    int outChannels,
    int numLayers,
    int captionChannels,
    int sampleSize,
    PatchSize patchSize,
    int videoLength,
    boolean attentionBias,
    Activation activation,
    float normEps) {
  private static final String CLASS_NAME = "LatteTransformer3DModel";

  /** Width of the tokens inside the transformer. */
  public long innerDim() {
    return (long) numAttentionHeads * attentionHeadDim;
  }

  /**
   * Reads a configuration.
   *
   * @throws ConfigException if it is malformed or asks for something that this implementation does
   *     not do: norms of other types than the published model's, which take no timestep or have
   *     weights, and gated activations
   */
  public static LatteConfig of(JsonConfig fields) {
    JsonConfig json = fields.withoutNulls();
    json.choice("_class_name", CLASS_NAME, CLASS_NAME);
    json.choice("norm_type", "layer_norm", "ada_norm_single");
    json.require(!json.flag("norm_elementwise_affine", true), "norm_elementwise_affine", "false");
    int patch = json.positiveInteger("patch_size");
    int inChannels = json.positiveInteger("in_channels");
    LatteConfig config =
        new LatteConfig(
            json.positiveInteger("num_attention_heads", 16),
            json.positiveInteger("attention_head_dim", 88),
            inChannels,
            json.positiveInteger("out_channels", inChannels),
            // A bound, lest a nonsensical number becomes a list of that length.
            json.integer("num_layers", 1, 1, 10_000),
            json.positiveInteger("caption_channels"),
            json.positiveInteger("sample_size", 64),
            new PatchSize(1, patch, patch),
            json.positiveInteger("video_length", 16),
            json.flag("attention_bias", false),
            activation(json),
            (float) json.positiveNumber("norm_eps", 1e-5));
    json.require(
        config.innerDim() % 4 == 0,
        "attention_head_dim",
        "those with a multiple of 4 in all heads, for sines and cosines of rows and columns");
    json.require(config.sampleSize >= patch, "sample_size", "at least patch_size");
    json.require(
        json.integer("cross_attention_dim", 0, 1, Integer.MAX_VALUE) == config.innerDim(),
        "cross_attention_dim",
        "the inner dimension %d".formatted(config.innerDim()));
    return config;
  }

  private static Activation activation(JsonConfig json) {
    String name = json.choice("activation_fn", "geglu", "gelu-approximate", "gelu");
    return name.equals("gelu") ? Activation.GELU_ERF : Activation.GELU_TANH;
  }
}
