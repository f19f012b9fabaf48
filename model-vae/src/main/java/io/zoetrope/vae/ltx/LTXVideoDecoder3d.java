package io.zoetrope.vae.ltx;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.CausalConv3d;
import io.zoetrope.vae.layer.LayerStream.Stage;
import io.zoetrope.weights.Weights;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Latents to video ({@code LTXVideoDecoder3d} in diffusers).
 *
 * @param convIn latents to channels
 * @param midBlock at the lowest resolution
 * @param upBlocks one per level, the lowest resolution first
 * @param convOut channels to patches
 * @param timeEmbedder of the last norm; null in decoders that are not told the timestep, as {@code
 *     scaleShiftTable} and {@code timestepScaleMultiplier}
 * @param scaleShiftTable [2, channels]
 * @param timestepScaleMultiplier [1]
 */
record LTXVideoDecoder3d(
    CausalConv3d convIn,
    MidBlock3d midBlock,
    List<UpBlock3d> upBlocks,
    CausalConv3d convOut,
    TimeEmbedder timeEmbedder,
    Tensor scaleShiftTable,
    Tensor timestepScaleMultiplier) {
  /** Shift and scale of the last norm. */
  private static final int MODULATION = 2;

  /**
   * Residual blocks ({@code LTXVideoMidBlock3d} in diffusers).
   *
   * @param timeEmbedder null in decoders that are not told the timestep
   */
  record MidBlock3d(TimeEmbedder timeEmbedder, List<ResnetBlock3d> resnets) {
    static MidBlock3d load(Weights weights, long channels, int layers, BlockKind kind) {
      return new MidBlock3d(
          TimeEmbedder.load(weights, ResnetBlock3d.MODULATION, channels, kind),
          ResnetBlock3d.loadAll(weights, channels, layers, kind));
    }

    private void addTo(Stages stages, String name, Clip clip, Tensor timestep) {
      stages.addAll(name, resnets, TimeEmbedder.embed(timeEmbedder, clip, timestep));
    }
  }

  /**
   * A level ({@code LTXVideoUpBlock3d} in diffusers).
   *
   * @param convIn changes the channels; null for none
   * @param upsampler null for none
   */
  record UpBlock3d(ResnetBlock3d convIn, Upsampler3d upsampler, MidBlock3d rest) {
    static UpBlock3d load(Weights weights, DecoderConfig.Level level, BlockKind kind) {
      int in = level.inChannels();
      int channels = level.channels();
      return new UpBlock3d(
          level.hasConvIn() ? ResnetBlock3d.load(weights.at("conv_in"), in, channels, kind) : null,
          level.upsample() ? Upsampler3d.load(weights.at("upsamplers").at(0), level, kind) : null,
          MidBlock3d.load(weights, level.outChannels(), level.layers(), kind));
    }

    private void addTo(Stages stages, String name, Clip clip, Tensor timestep) {
      if (convIn != null) {
        stages.add(name + "/conv_in", convIn, null);
      }
      if (upsampler != null) {
        stages.addDoubling(name + "/upsamplers.0", upsampler);
      }
      rest.addTo(stages, name, clip, timestep);
    }
  }

  /** Reads the weights below {@code decoder}. */
  static LTXVideoDecoder3d load(AutoencoderKLLTXVideoConfig config, Weights weights) {
    DecoderConfig decoder = config.decoder();
    boolean timed = config.timestepConditioning();
    BlockKind kind = BlockKind.of(decoder.causal(), config.resnetNormEps()).timed(timed);
    List<DecoderConfig.Level> levels = decoder.levels();
    int first = decoder.midChannels();
    int last = decoder.lastChannels();
    long patch = (long) config.outChannels() * config.patchSize() * config.patchSize();
    return new LTXVideoDecoder3d(
        kind.conv(weights.at("conv_in"), config.latentChannels(), first),
        MidBlock3d.load(
            weights.at("mid_block"),
            first,
            decoder.midLayers(),
            kind.noisy(decoder.midInjectNoise())),
        IntStream.range(0, levels.size())
            .mapToObj(i ->
                UpBlock3d.load(
                    weights.at("up_blocks").at(i),
                    levels.get(i),
                    kind.noisy(levels.get(i).injectNoise())))
            .toList(),
        kind.conv(weights.at("conv_out"), last, patch),
        TimeEmbedder.load(weights, MODULATION, last, kind),
        timed ? weights.get("scale_shift_table", MODULATION, last) : null,
        timed ? weights.get("timestep_scale_multiplier").reshape(1) : null);
  }

  /**
   * What a clip goes through: [latent frames, height, width, latent channels] to [frames, height
   * out, width out, patches]. At each resolution so many frames at a time are worked on that their
   * activations are about as large as those of a single frame at the highest one.
   *
   * @param timestep F32, [1]: noise of the latents, from 0 to 1; ignored by decoders that are not
   *     told it
   * @param height rows of the latents
   * @param width their columns
   */
  List<Stage> stages(Clip clip, Tensor timestep, long height, long width) {
    Ops ops = clip.ops();
    int doublings = (int) upBlocks.stream().filter(block -> block.upsampler() != null).count();
    Stages stages = new Stages(clip, height, width, 1 << doublings);
    stages.add("conv_in", new NormedConv3d(null, convIn));
    stages.show("conv_in");
    Tensor scaled = timeEmbedder == null ? null : ops.multiply(timestep, timestepScaleMultiplier);
    midBlock.addTo(stages, "mid_block", clip, scaled);
    stages.show("mid_block");
    for (int i = 0; i < upBlocks.size(); i++) {
      upBlocks.get(i).addTo(stages, "up_blocks." + i, clip, scaled);
      stages.show("up_block" + i);
    }
    stages.add("conv_out", new NormedConv3d(normOut(clip, scaled), convOut));
    return stages.all();
  }

  private PixelNorm normOut(Clip clip, Tensor timestep) {
    if (timeEmbedder == null) {
      return PixelNorm.plain(clip, convOut.weight().size(1));
    }
    Tensor temb = TimeEmbedder.embed(timeEmbedder, clip, timestep);
    return PixelNorm.modulated(clip, clip.ops().add(temb, scaleShiftTable), 0);
  }
}
