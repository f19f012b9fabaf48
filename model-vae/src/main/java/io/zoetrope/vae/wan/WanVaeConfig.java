package io.zoetrope.vae.wan;

import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The {@code config.json} of an {@code AutoencoderKLWan}. Components carry diffusers' names, in
 * camel case; a component that is null or missing takes diffusers' default. Fields that do not
 * change the results in diffusers ({@code dropout}, {@code clip_output}) are accepted and ignored,
 * and so are {@code scale_factor_temporal} and {@code scale_factor_spatial}: what they say follows
 * from the layers, and diffusers writes its defaults, 4 and 8, for layers that scale otherwise.
 *
 * @param baseDim channels of the encoder's highest resolution are this times {@code dimMult}
 * @param decoderBaseDim the same for the decoder; {@code baseDim} if missing
 * @param zDim channels of the latents
 * @param dimMult one factor per resolution, the highest first
 * @param numResBlocks residual blocks per resolution; the decoder has one more
 * @param temperalDownsample whether a step to the next lower resolution halves the frame rate too
 *     (sic)
 * @param latentsMean one per latent channel
 * @param latentsStd one per latent channel
 * @param isResidual whether blocks have averaging shortcuts, as in Wan 2.2
 * @param inChannels of the patchified video
 * @param outChannels of the patchified video
 * @param patchSize rows and columns of a patch that are moved into channels; 1 for none
 */
public record WanVaeConfig(
    int baseDim,
    int decoderBaseDim,
    int zDim,
    List<Integer> dimMult,
    int numResBlocks,
    List<Boolean> temperalDownsample,
    List<Float> latentsMean,
    List<Float> latentsStd,
    boolean isResidual,
    int inChannels,
    int outChannels,
    int patchSize) {

  private static final String CLASS_NAME = "AutoencoderKLWan";

  /** More would leave nothing of any picture. */
  private static final int MAX_STEPS = 16;

  private static final List<Float> WAN21_MEAN =
      List.of(
          -0.7571f, -0.7089f, -0.9113f, 0.1075f, -0.1745f, 0.9653f, -0.1517f, 1.5508f, 0.4134f,
          -0.0715f, 0.5517f, -0.3632f, -0.1922f, -0.9497f, 0.2503f, -0.2921f);

  private static final List<Float> WAN21_STD =
      List.of(
          2.8184f, 1.4541f, 2.3275f, 2.6558f, 1.2196f, 1.7708f, 2.6052f, 2.0743f, 3.2687f, 2.1526f,
          2.8652f, 1.5579f, 1.6382f, 1.1253f, 2.8251f, 1.9160f);

  /**
   * Reads a configuration.
   *
   * @throws ConfigException if the file cannot be read, is no JSON object, or asks for something
   *     impossible or unsupported
   */
  public static WanVaeConfig read(Path file) {
    return of(JsonConfig.read(file));
  }

  /**
   * As {@link #read}, of what has been read already.
   *
   * @throws ConfigException if it asks for something impossible or unsupported
   */
  public static WanVaeConfig of(JsonConfig config) {
    JsonConfig json = config.withoutNulls();
    json.choice("_class_name", CLASS_NAME, CLASS_NAME);
    json.require(
        // With attention in its down blocks, the encoder of diffusers fails.
        json.numbers("attn_scales", List.of()).isEmpty(), "attn_scales", "[]");
    int baseDim = json.positiveInteger("base_dim", 96);
    WanVaeConfig vae =
        new WanVaeConfig(
            baseDim,
            json.positiveInteger("decoder_base_dim", baseDim),
            json.positiveInteger("z_dim", 16),
            json.positiveIntegers("dim_mult", List.of(1, 2, 4, 4)),
            json.positiveInteger("num_res_blocks", 2),
            json.flags("temperal_downsample", List.of(false, true, true)),
            json.numbers("latents_mean", WAN21_MEAN),
            json.numbers("latents_std", WAN21_STD),
            json.flag("is_residual", false),
            json.positiveInteger("in_channels", 3),
            json.positiveInteger("out_channels", 3),
            json.positiveInteger("patch_size", 1));
    vae.checkSteps(json);
    vae.checkChannels(json);
    return vae;
  }

  private void checkSteps(JsonConfig json) {
    json.require(!dimMult.isEmpty(), "dim_mult", "lists of at least one factor");
    json.require(
        temperalDownsample.size() == steps(),
        "temperal_downsample",
        "%d values for the steps of dim_mult %s".formatted(steps(), dimMult));
    json.require(
        steps() <= MAX_STEPS, "dim_mult", "lists of at most %d factors".formatted(MAX_STEPS + 1));
  }

  private void checkChannels(JsonConfig json) {
    long patch = (long) patchSize * patchSize;
    String patches = "multiples of patch_size^2 = " + patch;
    json.require(inChannels % patch == 0, "in_channels", patches);
    json.require(outChannels % patch == 0, "out_channels", patches);
    String perChannel = "lists of %d numbers, one per latent channel".formatted(zDim);
    json.require(latentsMean.size() == zDim, "latents_mean", perChannel);
    json.require(latentsStd.size() == zDim, "latents_std", perChannel);
    json.require(
        latentsStd.stream().allMatch(std -> std > 0), "latents_std", "lists of positive numbers");
  }

  /** Whether it is of Wan 2.1's autoencoder, as far as a configuration tells. */
  public boolean isWan21() {
    return baseDim == 96
        && !isResidual
        && latentsMean.equals(WAN21_MEAN)
        && latentsStd.equals(WAN21_STD);
  }

  private int steps() {
    return dimMult.size() - 1;
  }

  /** Frames per latent frame. */
  public int scaleFactorTemporal() {
    return 1 << Collections.frequency(temperalDownsample, true);
  }

  /** Rows, and columns, per latent pixel. */
  public int scaleFactorSpatial() {
    return patchSize << steps();
  }

  /** Channels of the encoder behind its first convolution and at each resolution. */
  List<Long> encoderChannels() {
    List<Long> channels = new ArrayList<>();
    channels.add((long) baseDim);
    dimMult.forEach(factor -> channels.add((long) baseDim * factor));
    return channels;
  }

  /** Channels of the decoder behind its first convolution and at each resolution. */
  List<Long> decoderChannels() {
    List<Long> channels = new ArrayList<>();
    channels.add((long) decoderBaseDim * dimMult.getLast());
    dimMult.reversed().forEach(factor -> channels.add((long) decoderBaseDim * factor));
    return channels;
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
