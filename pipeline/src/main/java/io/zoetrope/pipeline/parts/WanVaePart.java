package io.zoetrope.pipeline.parts;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.names.WanNames;
import io.zoetrope.weights.WeightSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Recognises the video autoencoders of Wan 2.1 and 2.2, and tells imitations of them by name. */
final class WanVaePart {
  private static final List<String> PREFIXES = List.of("", "model.", "vae.", "first_stage_model.");

  private static final int COLOURS = 3;

  /** Channels of the latents of Wan 2.1, and what its decoder begins with. */
  private static final int LATENTS_21 = 16;

  private static final int LIGHT_DECODER = 96;

  /** Channels of the latents of Wan 2.2. */
  private static final int LATENTS_22 = 48;

  /** Of Wan 2.2's latents; those of Wan 2.1 are the defaults of the configuration. */
  private static final double[] MEAN_22 = {
    -0.2289, -0.0052, -0.1323, -0.2339, -0.2799, 0.0174, 0.1838, 0.1557, -0.1382, 0.0542, 0.2813,
    0.0891, 0.1570, -0.0098, 0.0375, -0.1825, -0.2246, -0.1207, -0.0698, 0.5109, 0.2665, -0.2108,
    -0.2158, 0.2502, -0.2055, -0.0322, 0.1109, 0.1567, -0.0729, 0.0899, -0.2799, -0.1230, -0.0313,
    -0.1649, 0.0117, 0.0723, -0.2839, -0.2083, -0.0520, 0.3748, 0.0152, 0.1957, 0.1433, -0.2944,
    0.3573, -0.0548, -0.1681, -0.0667
  };

  private static final double[] STD_22 = {
    0.4765, 1.0364, 0.4514, 1.1677, 0.5313, 0.4990, 0.4818, 0.5013, 0.8158, 1.0344, 0.5894, 1.0901,
    0.6885, 0.6165, 0.8454, 0.4978, 0.5759, 0.3523, 0.7135, 0.6804, 0.5833, 1.4146, 0.8986, 0.5659,
    0.7069, 0.5338, 0.4889, 0.4917, 0.4069, 0.4999, 0.6866, 0.4093, 0.5709, 0.6065, 0.6415, 0.4944,
    0.5726, 1.2042, 0.5458, 1.6887, 0.3971, 1.0600, 0.3943, 0.5537, 0.5444, 0.4089, 0.7468, 0.7744
  };

  private WanVaePart() {}

  /**
   * The video autoencoder in a file; empty if there is none.
   *
   * @throws PipelineException if it is one that is not supported
   * @throws io.zoetrope.weights.WeightsException if tensors are missing or left over
   */
  static Optional<FoundPart> find(Path file, WeightSource source) {
    for (String prefix : PREFIXES) {
      if (source.has(prefix + "decoder.middle.0.residual.0.gamma")) {
        return Optional.of(part(file, source, original(file, source, prefix)));
      }
      if (source.has(prefix + "decoder.mid_block.resnets.0.norm1.gamma")) {
        return Optional.of(part(file, source, Spelling.ofModel(prefix)));
      }
    }
    return Optional.empty();
  }

  /** The original names count layers, so that how many blocks there are decides on the names. */
  private static Spelling original(Path file, WeightSource source, String prefix) {
    String layers = prefix + "decoder.upsamples.";
    boolean nested = source.has(layers + "0.upsamples.0.residual.0.gamma");
    String first = nested ? layers + "0.upsamples." : layers;
    int blocks = 0;
    while (source.has(first + (blocks + 1) + ".residual.0.gamma")) {
      blocks++;
    }
    if (blocks == 0 || !source.has(first + (blocks + 1) + ".resample.1.weight")) {
      throw new PipelineException(
          "%s: it is an autoencoder like Wan's, whose decoder has other layers".formatted(file));
    }
    return Spelling.of(prefix, nested ? WanNames.vae22(blocks) : WanNames.vae21(blocks));
  }

  private static FoundPart part(Path file, WeightSource source, Spelling spelling) {
    JsonConfig config = config(file, spelling.view(source));
    int latents = config.positiveInteger("z_dim");
    String title = latents == LATENTS_21 ? "2.1" : "2.2 TI2V";
    return new FoundPart(
        file,
        Role.VAE,
        "video autoencoder of Wan " + title,
        spelling.prefix(),
        config,
        spelling::view);
  }

  /** What {@code AutoencoderKLWan} in diffusers would write. */
  private static JsonConfig config(Path file, WeightSource view) {
    int latents = Shapes.of(view, "post_quant_conv.weight", 5).intSize(0);
    refuseImitations(file, view, latents);
    int base = Shapes.of(view, "encoder.conv_in.weight", 5).intSize(0);
    int decoderBase = Shapes.of(view, "decoder.norm_out.gamma", 4).intSize(0);
    int channels = Shapes.of(view, "encoder.conv_in.weight", 5).intSize(1);
    int resolutions = Shapes.count(view, "decoder.up_blocks");
    int blocks = Shapes.count(view, "decoder.up_blocks.0.resnets") - 1;
    boolean residual = view.has("encoder.down_blocks.0.resnets.0.norm1.gamma");
    ObjectNode json = JsonConfig.MAPPER.createObjectNode();
    json.put("_class_name", "AutoencoderKLWan");
    json.put("base_dim", base);
    json.put("decoder_base_dim", decoderBase);
    json.put("z_dim", latents);
    json.put("num_res_blocks", blocks);
    json.put("is_residual", residual);
    json.put("in_channels", channels);
    json.put("out_channels", Shapes.of(view, "decoder.conv_out.weight", 5).intSize(0));
    json.put("patch_size", Math.max(1, (int) Math.sqrt(channels / COLOURS)));
    ArrayNode factors = json.putArray("dim_mult");
    ArrayNode temporal = json.putArray("temperal_downsample");
    for (int i = 0; i < resolutions; i++) {
      String last =
          residual ? i + ".resnets." + (blocks - 1) : "" + (i * (blocks + 1) + blocks - 1);
      factors.add(
          Shapes.of(view, "encoder.down_blocks." + last + ".conv2.weight", 5).intSize(0) / base);
      if (i < resolutions - 1) {
        String down = residual ? i + ".downsampler" : "" + (i * (blocks + 1) + blocks);
        temporal.add(view.has("encoder.down_blocks." + down + ".time_conv.weight"));
      }
    }
    if (latents == LATENTS_22) {
      ArrayNode mean = json.putArray("latents_mean");
      ArrayNode std = json.putArray("latents_std");
      for (int i = 0; i < LATENTS_22; i++) {
        mean.add(MEAN_22[i]);
        std.add(STD_22[i]);
      }
    }
    return JsonConfig.of(file.toString(), json);
  }

  private static void refuseImitations(Path file, WeightSource view, int latents) {
    int first = Shapes.of(view, "decoder.conv_in.weight", 5).intSize(0);
    if (latents == LATENTS_21 && first == LIGHT_DECODER) {
      throw new PipelineException(
          "%s: it is LightVAE, a pruned imitation of Wan 2.1's autoencoder, which is not supported: take wan_2.1_vae.safetensors"
              .formatted(file));
    }
    if (latents != LATENTS_21 && latents != LATENTS_22) {
      throw new PipelineException(
          "%s: it is an autoencoder like Wan's with latents of %d channels; Wan 2.1 has %d, Wan 2.2 TI2V %d"
              .formatted(file, latents, LATENTS_21, LATENTS_22));
    }
  }
}
