package io.zoetrope.vae.cogvideox;

import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import java.util.List;

/**
 * The {@code config.json} of an {@code AutoencoderKLCogVideoX}. Components carry diffusers'
 * parameter names; a field that is missing or null takes diffusers' default.
 *
 * @param blockOutChannels channels at each resolution, the highest first; each but the last halves
 *     height and width
 * @param layersPerBlock residual blocks at each resolution of the encoder; the decoder has one more
 * @param normEps added to the variance in the encoder's residual blocks
 * @param normNumGroups groups of channels that are normalised together
 * @param temporalCompressionRatio frames per latent frame, a power of two
 * @param sampleHeight rows of the videos that it was trained with; tiles have half of them
 * @param sampleWidth columns, as {@code sampleHeight}
 * @param scalingFactor what latents are multiplied with for the transformer
 * @param invertScaleLatents whether encoded latents are divided by it instead; decoded ones are
 *     divided in any case
 */
public record AutoencoderKLCogVideoXConfig(
    int inChannels,
    int outChannels,
    List<Integer> blockOutChannels,
    int latentChannels,
    int layersPerBlock,
    double normEps,
    int normNumGroups,
    int temporalCompressionRatio,
    int sampleHeight,
    int sampleWidth,
    double scalingFactor,
    boolean invertScaleLatents) {
  private static final String CLASS_NAME = "AutoencoderKLCogVideoX";

  /** More would leave nothing of any picture. */
  private static final int MAX_RESOLUTIONS = 16;

  /** More would be a nonsensical number that becomes a list of that length. */
  private static final int MAX_LAYERS = 1000;

  /**
   * Reads a configuration.
   *
   * @throws ConfigException if it asks for something impossible or unsupported
   */
  public static AutoencoderKLCogVideoXConfig of(JsonConfig fields) {
    JsonConfig json = fields.withoutNulls();
    json.choice("_class_name", CLASS_NAME, CLASS_NAME);
    json.choice("act_fn", "silu", "silu");
    for (String field : List.of("latents_mean", "latents_std", "shift_factor")) {
      json.require(!json.has(field), field, "null");
    }
    // With them the reference fails: they have as many channels as the video has.
    for (String field : List.of("use_quant_conv", "use_post_quant_conv")) {
      json.require(!json.flag(field, false), field, "false");
    }
    AutoencoderKLCogVideoXConfig config =
        new AutoencoderKLCogVideoXConfig(
            json.positiveInteger("in_channels", 3),
            json.positiveInteger("out_channels", 3),
            json.positiveIntegers("block_out_channels", List.of(128, 256, 256, 512)),
            json.positiveInteger("latent_channels", 16),
            json.integer("layers_per_block", 3, 1, MAX_LAYERS),
            json.positiveNumber("norm_eps", 1e-6),
            json.positiveInteger("norm_num_groups", 32),
            json.positiveInteger("temporal_compression_ratio", 4),
            json.positiveInteger("sample_height", 480),
            json.positiveInteger("sample_width", 720),
            json.positiveNumber("scaling_factor", 1.15258426),
            json.flag("invert_scale_latents", false));
    config.check(json);
    return config;
  }

  private void check(JsonConfig json) {
    int resolutions = blockOutChannels.size();
    json.require(
        resolutions >= 1 && resolutions <= MAX_RESOLUTIONS,
        "block_out_channels",
        "lists of 1 to %d numbers".formatted(MAX_RESOLUTIONS));
    json.require(
        blockOutChannels.stream().allMatch(count -> count % normNumGroups == 0),
        "block_out_channels",
        "multiples of norm_num_groups = %d".formatted(normNumGroups));
    json.require(
        Integer.bitCount(temporalCompressionRatio) == 1
            && temporalCompressionRatio <= scaleFactorSpatial(),
        "temporal_compression_ratio",
        "powers of two up to %d, one halving for each resolution but the last"
            .formatted(scaleFactorSpatial()));
    requireAll(json, "down_block_types", "CogVideoXDownBlock3D", resolutions);
    requireAll(json, "up_block_types", "CogVideoXUpBlock3D", resolutions);
  }

  private static void requireAll(JsonConfig json, String field, String type, int resolutions) {
    List<String> types = json.texts(field, List.of(type, type, type, type));
    json.require(
        types.size() == resolutions && types.stream().allMatch(type::equals),
        field,
        "%d times %s, as many as block_out_channels".formatted(resolutions, type));
  }

  /** Rows, and columns, per latent pixel. */
  public int scaleFactorSpatial() {
    return 1 << (blockOutChannels.size() - 1);
  }

  /** Whether the resolution of this index, in encoder or decoder, changes the frame rate, too. */
  boolean compressesTime(int index) {
    return 1 << index < temporalCompressionRatio;
  }

  /** Number of latent frames of a clip. */
  public long latentFrames(long frames) {
    return FrameBatches.OF_FRAMES.sizes(frames).stream()
        .mapToLong(count -> {
          long latent = count;
          for (int ratio = 1; ratio < temporalCompressionRatio; ratio *= 2) {
            latent = FrameBatches.halved(latent);
          }
          return latent;
        })
        .sum();
  }

  /** Number of frames of a clip that is decoded from so many latent frames. */
  public long frames(long latentFrames) {
    return FrameBatches.OF_LATENT_FRAMES.sizes(latentFrames).stream()
        .mapToLong(count -> {
          long frames = count;
          for (int ratio = 1; ratio < temporalCompressionRatio; ratio *= 2) {
            frames = FrameBatches.doubled(frames);
          }
          return frames;
        })
        .sum();
  }
}
