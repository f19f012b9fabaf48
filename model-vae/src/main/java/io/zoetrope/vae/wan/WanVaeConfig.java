package io.zoetrope.vae.wan;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.zoetrope.weights.WeightsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * The {@code config.json} of an {@code AutoencoderKLWan}. Components carry diffusers' names, in
 * camel case; a component that is null or missing takes diffusers' default. Fields that do not
 * change the results in diffusers ({@code dropout}, {@code clip_output}) are accepted and ignored.
 *
 * @param className the class that the file claims to be for
 * @param baseDim channels of the encoder's highest resolution are this times {@code dimMult}
 * @param decoderBaseDim the same for the decoder; {@code baseDim} if missing
 * @param zDim channels of the latents
 * @param dimMult one factor per resolution, the highest first
 * @param numResBlocks residual blocks per resolution; the decoder has one more
 * @param attnScales must be empty: diffusers' encoder fails with attention in its down blocks
 * @param temperalDownsample whether a step to the next lower resolution halves the frame rate too
 *     (sic)
 * @param latentsMean one per latent channel
 * @param latentsStd one per latent channel
 * @param isResidual whether blocks have averaging shortcuts, as in Wan 2.2
 * @param inChannels of the patchified video
 * @param outChannels of the patchified video
 * @param patchSize rows and columns of a patch that are moved into channels; 1 for none
 * @param scaleFactorTemporal frames per latent frame
 * @param scaleFactorSpatial rows, and columns, per latent pixel
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record WanVaeConfig(
    @JsonProperty("_class_name") String className,
    Integer baseDim,
    Integer decoderBaseDim,
    @JsonProperty("z_dim") Integer zDim,
    List<Integer> dimMult,
    Integer numResBlocks,
    List<Double> attnScales,
    List<Boolean> temperalDownsample,
    List<Float> latentsMean,
    List<Float> latentsStd,
    Boolean isResidual,
    Integer inChannels,
    Integer outChannels,
    Integer patchSize,
    Integer scaleFactorTemporal,
    Integer scaleFactorSpatial) {

  private static final String CLASS_NAME = "AutoencoderKLWan";

  private static final List<Float> WAN21_MEAN =
      List.of(
          -0.7571f, -0.7089f, -0.9113f, 0.1075f, -0.1745f, 0.9653f, -0.1517f, 1.5508f, 0.4134f,
          -0.0715f, 0.5517f, -0.3632f, -0.1922f, -0.9497f, 0.2503f, -0.2921f);

  private static final List<Float> WAN21_STD =
      List.of(
          2.8184f, 1.4541f, 2.3275f, 2.6558f, 1.2196f, 1.7708f, 2.6052f, 2.0743f, 3.2687f, 2.1526f,
          2.8652f, 1.5579f, 1.6382f, 1.1253f, 2.8251f, 1.9160f);

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Fills in defaults and checks what must hold between components. */
  public WanVaeConfig {
    className = or(className, CLASS_NAME);
    baseDim = or(baseDim, 96);
    decoderBaseDim = or(decoderBaseDim, baseDim);
    zDim = or(zDim, 16);
    dimMult = listOr("dim_mult", dimMult, List.of(1, 2, 4, 4));
    numResBlocks = or(numResBlocks, 2);
    attnScales = listOr("attn_scales", attnScales, List.of());
    temperalDownsample =
        listOr("temperal_downsample", temperalDownsample, List.of(false, true, true));
    latentsMean = listOr("latents_mean", latentsMean, WAN21_MEAN);
    latentsStd = listOr("latents_std", latentsStd, WAN21_STD);
    isResidual = or(isResidual, false);
    inChannels = or(inChannels, 3);
    outChannels = or(outChannels, 3);
    patchSize = or(patchSize, 1);
    scaleFactorTemporal = or(scaleFactorTemporal, 4);
    scaleFactorSpatial = or(scaleFactorSpatial, 8);

    require(className.equals(CLASS_NAME), "_class_name", className, CLASS_NAME);
    requirePositive("base_dim", baseDim);
    requirePositive("decoder_base_dim", decoderBaseDim);
    requirePositive("z_dim", zDim);
    requirePositive("num_res_blocks", numResBlocks);
    requirePositive("in_channels", inChannels);
    requirePositive("out_channels", outChannels);
    requirePositive("patch_size", patchSize);
    require(!dimMult.isEmpty(), "dim_mult", dimMult, "at least one factor");
    dimMult.forEach(factor -> requirePositive("dim_mult", factor));
    require(attnScales.isEmpty(), "attn_scales", attnScales, "[]");
    int steps = dimMult.size() - 1;
    require(
        temperalDownsample.size() == steps,
        "temperal_downsample",
        temperalDownsample,
        "%d values for the steps of dim_mult %s".formatted(steps, dimMult));
    int temporalSteps = Collections.frequency(temperalDownsample, true);
    require(
        scaleFactorTemporal == 1 << temporalSteps,
        "scale_factor_temporal",
        scaleFactorTemporal,
        "%d for temperal_downsample %s".formatted(1 << temporalSteps, temperalDownsample));
    require(
        scaleFactorSpatial == patchSize << steps,
        "scale_factor_spatial",
        scaleFactorSpatial,
        "%d for %d steps and patch_size %d".formatted(patchSize << steps, steps, patchSize));
    long patch = (long) patchSize * patchSize;
    String patches = "a multiple of patch_size^2 = " + patch;
    require(inChannels % patch == 0, "in_channels", inChannels, patches);
    require(outChannels % patch == 0, "out_channels", outChannels, patches);
    String perChannel = zDim + " finite values, one per latent channel";
    require(latentsMean.size() == zDim, "latents_mean", latentsMean.size(), perChannel);
    require(latentsStd.size() == zDim, "latents_std", latentsStd.size(), perChannel);
    require(
        latentsMean.stream().allMatch(Float::isFinite), "latents_mean", latentsMean, perChannel);
    require(
        latentsStd.stream().allMatch(std -> std > 0 && Float.isFinite(std)),
        "latents_std",
        latentsStd,
        "positive numbers");
  }

  /**
   * Reads a configuration.
   *
   * @throws WeightsException if the file cannot be read, is no JSON object, or asks for something
   *     impossible or unsupported; the message names the file
   */
  public static WanVaeConfig read(Path file) {
    try {
      return parse(Files.readString(file));
    } catch (WeightsException e) {
      throw new WeightsException(file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new WeightsException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * As {@link #read}, of the file's content.
   *
   * @throws WeightsException if it is no JSON object, or asks for something impossible or
   *     unsupported
   */
  public static WanVaeConfig parse(String json) {
    try {
      JsonNode node = JSON.readTree(json);
      require(node.isObject(), "the configuration", node.getNodeType(), "a JSON object");
      return JSON.treeToValue(node, WanVaeConfig.class);
    } catch (JsonProcessingException e) {
      if (e.getCause() instanceof WeightsException refused) {
        throw refused;
      }
      String field =
          e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()
              ? mapping.getPath().getFirst().getFieldName()
              : "not valid JSON";
      String problem = e.getOriginalMessage().lines().findFirst().orElse("");
      throw new WeightsException(field + ": " + problem, e);
    }
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
    if (frames < 1 || (frames - 1) % scaleFactorTemporal != 0) {
      throw new IllegalArgumentException(
          "%d frames do not fit the VAE: it takes 1 and a multiple of %d more"
              .formatted(frames, scaleFactorTemporal));
    }
    return 1 + (frames - 1) / scaleFactorTemporal;
  }

  /** Number of frames of a clip: 1 for its first latent frame and more for each further one. */
  public long frames(long latentFrames) {
    return 1 + (latentFrames - 1) * scaleFactorTemporal;
  }

  private static <T> T or(T value, T missing) {
    return value == null ? missing : value;
  }

  private static <T> List<T> listOr(String field, List<T> values, List<T> missing) {
    if (values == null) {
      return missing;
    }
    require(values.stream().allMatch(Objects::nonNull), field, values, "a list without null");
    return List.copyOf(values);
  }

  private static void requirePositive(String field, int value) {
    require(value > 0, field, value, "a positive number");
  }

  private static void require(boolean condition, String field, Object value, String supported) {
    if (!condition) {
      throw new WeightsException("%s is %s, not %s".formatted(field, value, supported));
    }
  }
}
