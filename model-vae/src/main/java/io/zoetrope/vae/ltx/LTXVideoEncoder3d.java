package io.zoetrope.vae.ltx;

import io.zoetrope.vae.layer.CausalConv3d;
import io.zoetrope.vae.layer.LayerStream.Stage;
import io.zoetrope.weights.Weights;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Video to the moments of its latents ({@code LTXVideoEncoder3d} in diffusers).
 *
 * @param convIn patches to channels
 * @param downBlocks one per level, the highest resolution first
 * @param midBlock residual blocks at the lowest resolution
 * @param convOut channels to means, and one logarithm of a variance
 */
record LTXVideoEncoder3d(
    CausalConv3d convIn,
    List<DownBlock3d> downBlocks,
    List<ResnetBlock3d> midBlock,
    CausalConv3d convOut) {
  /**
   * A level ({@code LTXVideoDownBlock3D} and {@code LTXVideo095DownBlock3D} in diffusers).
   *
   * @param downsampler null where it ends as it is
   * @param convOut changes the channels; null for none
   */
  record DownBlock3d(
      List<ResnetBlock3d> resnets, Downsampler3d downsampler, ResnetBlock3d convOut) {
    static DownBlock3d load(Weights weights, EncoderConfig.Level level, BlockKind kind) {
      int in = level.inChannels();
      return new DownBlock3d(
          ResnetBlock3d.loadAll(weights, in, level.layers(), kind),
          Downsampler3d.load(weights.at("downsamplers").at(0), level, kind),
          level.hasConvOut()
              ? ResnetBlock3d.load(weights.at("conv_out"), in, level.outChannels(), kind)
              : null);
    }

    private void addTo(Stages stages, String name) {
      stages.addAll(name, resnets, null);
      if (downsampler != null) {
        stages.add(name + "/downsamplers.0", downsampler);
      }
      if (convOut != null) {
        stages.add(name + "/conv_out", convOut, null);
      }
    }
  }

  /** Reads the weights below {@code encoder}. */
  static LTXVideoEncoder3d load(AutoencoderKLLTXVideoConfig config, Weights weights) {
    EncoderConfig encoder = config.encoder();
    BlockKind kind = BlockKind.of(encoder.causal(), config.resnetNormEps());
    long patch = (long) config.inChannels() * config.patchSize() * config.patchSize();
    int last = encoder.lastChannels();
    List<EncoderConfig.Level> levels = encoder.levels();
    return new LTXVideoEncoder3d(
        kind.conv(weights.at("conv_in"), patch, encoder.firstChannels()),
        IntStream.range(0, levels.size())
            .mapToObj(i -> DownBlock3d.load(weights.at("down_blocks").at(i), levels.get(i), kind))
            .toList(),
        ResnetBlock3d.loadAll(weights.at("mid_block"), last, encoder.midLayers(), kind),
        kind.conv(weights.at("conv_out"), last, config.latentChannels() + 1L));
  }

  /**
   * What a clip goes through, frame by frame: [frames, height, width, patches] to [latent frames,
   * latent height, latent width, latent channels + 1].
   */
  List<Stage> stages(Clip clip) {
    // No block of an encoder adds noise, which alone needs the sizes.
    Stages stages = new Stages(clip, 0, 0, 1);
    stages.add("conv_in", new NormedConv3d(null, convIn));
    stages.show("conv_in");
    for (int i = 0; i < downBlocks.size(); i++) {
      downBlocks.get(i).addTo(stages, "down_blocks." + i);
      stages.show("down_block" + i);
    }
    stages.addAll("mid_block", midBlock, null);
    stages.show("mid_block");
    PixelNorm normOut = PixelNorm.plain(clip, convOut.weight().size(1));
    stages.add("conv_out", new NormedConv3d(normOut, convOut));
    return stages.all();
  }
}
