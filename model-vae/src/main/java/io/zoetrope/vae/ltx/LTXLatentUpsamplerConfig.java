package io.zoetrope.vae.ltx;

import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;

/**
 * The {@code config.json} of an {@code LTXLatentUpsamplerModel}. A field that is missing or null
 * takes diffusers' default.
 *
 * @param midChannels channels of the residual blocks
 * @param numBlocksPerStage residual blocks in front of the upsampling, and behind it
 * @param dims 3 for convolutions over frames too, 2 for pictures
 * @param spatialUpsample whether rows and columns are doubled
 * @param temporalUpsample whether frames are doubled, but for the first one
 */
public record LTXLatentUpsamplerConfig(
    int inChannels,
    int midChannels,
    int numBlocksPerStage,
    int dims,
    boolean spatialUpsample,
    boolean temporalUpsample) {
  private static final String CLASS_NAME = "LTXLatentUpsamplerModel";

  /** More would be a nonsensical number that becomes a list of that length. */
  private static final int MAX_BLOCKS = 100;

  /**
   * Reads a configuration.
   *
   * @throws ConfigException if it asks for something impossible or unsupported
   */
  public static LTXLatentUpsamplerConfig of(JsonConfig fields) {
    JsonConfig json = fields.withoutNulls();
    json.choice("_class_name", CLASS_NAME, CLASS_NAME);
    LTXLatentUpsamplerConfig config =
        new LTXLatentUpsamplerConfig(
            json.positiveInteger("in_channels", 128),
            json.positiveInteger("mid_channels", 512),
            json.integer("num_blocks_per_stage", 4, 1, MAX_BLOCKS),
            json.integer("dims", 3, 2, 3),
            json.flag("spatial_upsample", true),
            json.flag("temporal_upsample", false));
    json.require(
        config.midChannels % LTXLatentUpsamplerModel.GROUPS == 0,
        "mid_channels",
        "multiples of %d".formatted(LTXLatentUpsamplerModel.GROUPS));
    json.require(
        config.spatialUpsample || config.temporalUpsample,
        "spatial_upsample",
        "true, unless temporal_upsample is");
    json.require(
        config.dims == 3 || !config.temporalUpsample, "dims", "3 where temporal_upsample is true");
    return config;
  }
}
