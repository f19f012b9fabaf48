package io.zoetrope.vae.kl;

import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import java.util.List;

/**
 * The {@code config.json} of an {@code AutoencoderKL}. Components carry diffusers' parameter names;
 * a field that is missing or null takes diffusers' default.
 *
 * @param blockOutChannels channels at each resolution, the highest first; each but the last halves
 *     height and width
 * @param layersPerBlock residual blocks at each resolution of the encoder; the decoder has one more
 * @param normNumGroups groups of channels that are normalised together
 * @param scalingFactor what latents are multiplied with for the transformer
 */
public record AutoencoderKLConfig(
    int inChannels,
    int outChannels,
    List<Integer> blockOutChannels,
    int layersPerBlock,
    int latentChannels,
    int normNumGroups,
    double scalingFactor,
    boolean useQuantConv,
    boolean usePostQuantConv,
    boolean midBlockAddAttention) {
  private static final String CLASS_NAME = "AutoencoderKL";

  /** More would leave nothing of any picture. */
  private static final int MAX_RESOLUTIONS = 16;

  /** More would be a nonsensical number that becomes a list of that length. */
  private static final int MAX_LAYERS = 1000;

  /**
   * Reads a configuration.
   *
   * @throws ConfigException if it asks for something impossible or unsupported
   */
  public static AutoencoderKLConfig of(JsonConfig fields) {
    JsonConfig json = fields.withoutNulls();
    json.choice("_class_name", CLASS_NAME, CLASS_NAME);
    json.choice("act_fn", "silu", "silu");
    for (String field : List.of("latents_mean", "latents_std", "shift_factor")) {
      json.require(!json.has(field), field, "null");
    }
    AutoencoderKLConfig config =
        new AutoencoderKLConfig(
            json.positiveInteger("in_channels", 3),
            json.positiveInteger("out_channels", 3),
            json.positiveIntegers("block_out_channels", List.of(64)),
            json.integer("layers_per_block", 1, 1, MAX_LAYERS),
            json.positiveInteger("latent_channels", 4),
            json.positiveInteger("norm_num_groups", 32),
            json.positiveNumber("scaling_factor", 0.18215),
            json.flag("use_quant_conv", true),
            json.flag("use_post_quant_conv", true),
            json.flag("mid_block_add_attention", true));
    int resolutions = config.blockOutChannels.size();
    json.require(
        resolutions >= 1 && resolutions <= MAX_RESOLUTIONS,
        "block_out_channels",
        "lists of 1 to %d numbers".formatted(MAX_RESOLUTIONS));
    json.require(
        config.blockOutChannels.stream().allMatch(count -> count % config.normNumGroups == 0),
        "block_out_channels",
        "multiples of norm_num_groups = %d".formatted(config.normNumGroups));
    requireAll(json, "down_block_types", "DownEncoderBlock2D", resolutions);
    requireAll(json, "up_block_types", "UpDecoderBlock2D", resolutions);
    return config;
  }

  private static void requireAll(JsonConfig json, String field, String type, int resolutions) {
    List<String> types = json.texts(field, List.of(type));
    json.require(
        types.size() == resolutions && types.stream().allMatch(type::equals),
        field,
        "%d times %s, as many as block_out_channels".formatted(resolutions, type));
  }

  /** Rows, and columns, per latent pixel. */
  public int scaleFactor() {
    return 1 << (blockOutChannels.size() - 1);
  }
}
