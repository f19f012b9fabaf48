package io.zoetrope.vae.ltx;

import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import java.util.Collections;
import java.util.List;

/**
 * The {@code config.json} of an {@code AutoencoderKLLTXVideo}. A field that is missing or null
 * takes diffusers' default, which is that of version 0.9.0.
 *
 * @param patchSize rows, and columns, that the highest resolution has in its channels
 * @param timestepConditioning whether the decoder is told how much noise its latents have
 * @param resnetNormEps added to the variance of the layer norms in front of shortcuts
 * @param scalingFactor what normalised latents are multiplied with
 */
public record AutoencoderKLLTXVideoConfig(
    int inChannels,
    int outChannels,
    int latentChannels,
    EncoderConfig encoder,
    DecoderConfig decoder,
    int patchSize,
    boolean timestepConditioning,
    float resnetNormEps,
    double scalingFactor) {
  private static final String CLASS_NAME = "AutoencoderKLLTXVideo";

  /** The versions of LTX-Video whose autoencoder is built like this. */
  public String versions() {
    if (encoder.levels().stream().anyMatch(level -> level.downsample().movesIntoChannels())) {
      return "0.9.5 to 0.9.8";
    }
    return timestepConditioning ? "0.9.1" : "0.9.0";
  }

  /**
   * Reads a configuration.
   *
   * @throws ConfigException if it asks for something impossible or unsupported
   */
  public static AutoencoderKLLTXVideoConfig of(JsonConfig fields) {
    JsonConfig json = fields.withoutNulls();
    json.choice("_class_name", CLASS_NAME, CLASS_NAME);
    // With other patches the reference takes no clip of 8n + 1 frames.
    json.require(json.positiveInteger("patch_size_t", 1) == 1, "patch_size_t", "1");
    AutoencoderKLLTXVideoConfig config =
        new AutoencoderKLLTXVideoConfig(
            json.positiveInteger("in_channels", 3),
            json.positiveInteger("out_channels", 3),
            json.positiveInteger("latent_channels", 128),
            EncoderConfig.of(json),
            DecoderConfig.of(json),
            json.positiveInteger("patch_size", 4),
            json.flag("timestep_conditioning", false),
            (float) json.positiveNumber("resnet_norm_eps", 1e-6),
            json.positiveNumber("scaling_factor", 1));
    json.require(
        !config.timestepConditioning
            || config.decoder.levels().stream().noneMatch(DecoderConfig.Level::hasConvIn),
        "decoder_block_out_channels",
        "the channels of the level before, for a decoder with timesteps");
    config.checkScale(json);
    return config;
  }

  /** Encoder, decoder, and what pipelines are told agree. */
  private void checkScale(JsonConfig json) {
    int doubled = 1 << decoder.doublings();
    json.require(
        encoder.size() == doubled && encoder.frames() == doubled,
        "decoder_spatio_temporal_scaling",
        "what the encoder divides by: %d frames, %d rows and columns"
            .formatted(encoder.frames(), encoder.size()));
    List<Boolean> flags = json.flags("spatio_temporal_scaling", List.of());
    int implied = flags.isEmpty() ? doubled : 1 << Collections.frequency(flags, true);
    checkRatio(json, "spatial_compression_ratio", patchSize * implied, scaleFactorSpatial());
    checkRatio(json, "temporal_compression_ratio", implied, scaleFactorTemporal());
  }

  private static void checkRatio(JsonConfig json, String field, int missing, int actual) {
    json.require(
        json.positiveInteger(field, missing) == actual,
        field,
        "%d, as the blocks have it".formatted(actual));
  }

  /** Frames per latent frame. */
  public int scaleFactorTemporal() {
    return 1 << decoder.doublings();
  }

  /** Rows, and columns, per latent pixel. */
  public int scaleFactorSpatial() {
    return patchSize << decoder.doublings();
  }

  /**
   * Number of latent frames of a clip: 1 for its first frame and 1 for each {@code
   * scaleFactorTemporal} more.
   *
   * @throws IllegalArgumentException if the frames do not come out even
   */
  public long latentFrames(long frames) {
    if (frames < 1 || (frames - 1) % scaleFactorTemporal() != 0) {
      throw new IllegalArgumentException(
          "%d frames do not fit the VAE: it takes 1 and a multiple of %d more"
              .formatted(frames, scaleFactorTemporal()));
    }
    return 1 + (frames - 1) / scaleFactorTemporal();
  }

  /** Number of frames of a clip: 1 for its first latent frame and more for each further one. */
  public long frames(long latentFrames) {
    return 1 + (latentFrames - 1) * scaleFactorTemporal();
  }
}
