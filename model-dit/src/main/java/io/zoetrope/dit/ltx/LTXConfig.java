package io.zoetrope.dit.ltx;

import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.ops.Activation;

/**
 * The {@code config.json} of an {@code LTXVideoTransformer3DModel}. Components carry diffusers'
 * parameter names; a field that is missing or null takes diffusers' default.
 *
 * @param inChannels channels of the latents, and of the prediction
 * @param captionChannels width of the prompt embeddings
 * @param attentionBias whether queries, keys and values have a bias
 * @param attentionOutBias whether what attention makes of them has one
 */
public record LTXConfig(
    int numAttentionHeads,
    int attentionHeadDim,
    int inChannels,
    int numLayers,
    int captionChannels,
    boolean attentionBias,
    boolean attentionOutBias,
    Activation activation,
    float normEps) {
  private static final String CLASS_NAME = "LTXVideoTransformer3DModel";

  /** Fewer channels have no frequency for each axis. */
  private static final int LEAST_DIM = 6;

  /** Width of the tokens inside the transformer. */
  public long innerDim() {
    return (long) numAttentionHeads * attentionHeadDim;
  }

  /** How many parameters the matrices have, which are nearly all of them. */
  public long parameters() {
    long square = innerDim() * innerDim();
    // Each block: two attentions of four, a feed-forward of eight; seven embed the timestep.
    return numLayers() * 16L * square + 7 * square + (captionChannels() + innerDim()) * innerDim();
  }

  /**
   * Reads a configuration.
   *
   * @throws ConfigException if it is malformed or asks for something that this implementation does
   *     not do: patches of more than one latent, norms of other types than the published models',
   *     and gated activations
   */
  public static LTXConfig of(JsonConfig fields) {
    JsonConfig json = fields.withoutNulls();
    json.choice("_class_name", CLASS_NAME, CLASS_NAME);
    json.choice("qk_norm", "rms_norm_across_heads", "rms_norm_across_heads");
    json.require(!json.flag("norm_elementwise_affine", false), "norm_elementwise_affine", "false");
    json.require(json.positiveInteger("patch_size", 1) == 1, "patch_size", "1");
    json.require(json.positiveInteger("patch_size_t", 1) == 1, "patch_size_t", "1");
    int inChannels = json.positiveInteger("in_channels", 128);
    json.require(
        json.positiveInteger("out_channels", inChannels) == inChannels,
        "out_channels",
        "in_channels, which are %d".formatted(inChannels));
    LTXConfig config =
        new LTXConfig(
            json.positiveInteger("num_attention_heads", 32),
            json.positiveInteger("attention_head_dim", 64),
            inChannels,
            // A bound, lest a nonsensical number becomes a list of that length.
            json.integer("num_layers", 28, 1, 10_000),
            json.positiveInteger("caption_channels", 4096),
            json.flag("attention_bias", true),
            json.flag("attention_out_bias", true),
            activation(json),
            (float) json.positiveNumber("norm_eps", 1e-6));
    json.require(
        config.innerDim() % 2 == 0 && config.innerDim() >= LEAST_DIM,
        "attention_head_dim",
        "those with an even number of channels in all heads, at least %d, for rotations"
            .formatted(LEAST_DIM));
    json.require(
        json.positiveInteger("cross_attention_dim", 2048) == config.innerDim(),
        "cross_attention_dim",
        "the inner dimension %d".formatted(config.innerDim()));
    return config;
  }

  private static Activation activation(JsonConfig json) {
    String name = json.choice("activation_fn", "gelu-approximate", "gelu-approximate", "gelu");
    return name.equals("gelu") ? Activation.GELU_ERF : Activation.GELU_TANH;
  }
}
