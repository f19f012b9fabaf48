package io.zoetrope.vae.wan;

import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.CausalConv3d;
import io.zoetrope.vae.layer.FrameCache;
import io.zoetrope.vae.layer.FramePadding;
import io.zoetrope.vae.layer.Layer;
import io.zoetrope.weights.Weights;
import java.util.ArrayList;
import java.util.List;

/**
 * Video to the moments of its latents ({@code WanEncoder3d} in diffusers).
 *
 * @param convIn patchified video to channels
 * @param downBlocks residual blocks and downsampling of Wan 2.1, or one {@link ResidualDownBlock}
 *     per resolution of Wan 2.2
 * @param midBlock at the lowest resolution
 * @param normOut gamma of [channels]
 * @param convOut channels to moments
 */
record WanVaeEncoder(
    CausalConv3d convIn,
    List<Layer> downBlocks,
    MidBlock midBlock,
    Tensor normOut,
    CausalConv3d convOut) {

  /** Reads the weights below {@code encoder}. */
  static WanVaeEncoder load(WanVaeConfig config, Weights weights) {
    List<Long> channels = config.encoderChannels();
    long last = channels.getLast();
    return new WanVaeEncoder(
        CausalConv3d.load(
            weights.at("conv_in"),
            config.inChannels(),
            channels.getFirst(),
            3,
            3,
            FramePadding.ZEROS),
        loadDownBlocks(config, weights.at("down_blocks"), channels),
        MidBlock.load(weights.at("mid_block"), last),
        weights.at("norm_out").get("gamma", last, 1, 1, 1),
        CausalConv3d.load(
            weights.at("conv_out"), last, 2L * config.zDim(), 3, 3, FramePadding.ZEROS));
  }

  private static List<Layer> loadDownBlocks(
      WanVaeConfig config, Weights weights, List<Long> channels) {
    List<Layer> layers = new ArrayList<>();
    for (int level = 0; level < config.dimMult().size(); level++) {
      long in = channels.get(level);
      long out = channels.get(level + 1);
      boolean lowest = level == config.dimMult().size() - 1;
      Resample.Mode mode =
          lowest ? null : Resample.Mode.down(config.temperalDownsample().get(level));
      if (config.isResidual()) {
        layers.add(
            ResidualDownBlock.load(
                weights.at(layers.size()), in, out, config.numResBlocks(), mode));
        continue;
      }
      for (int i = 0; i < config.numResBlocks(); i++) {
        layers.add(ResidualBlock.load(weights.at(layers.size()), i == 0 ? in : out, out));
      }
      if (mode != null) {
        layers.add(Resample.load(weights.at(layers.size()), mode, out, out));
      }
    }
    return layers;
  }

  /**
   * Encodes the next chunk of a clip: its first frame, then as many frames at a time as there are
   * per latent frame.
   *
   * @param video [frames, height, width, in channels], patchified
   * @param cache of the clip
   * @return [1, height out, width out, 2 * latent channels]
   */
  Tensor forward(Ops ops, Tensor video, FrameCache cache) {
    int split = 0;
    while (split < downBlocks.size() && !downBlocks.get(split).changesFrameRate()) {
      split++;
    }
    // 1. The highest resolutions, where activations are largest, take the frames one at a time
    int large = split;
    Tensor x =
        Layer.frameByFrame(
            ops, video, frame -> down(ops, convIn.forward(ops, frame, cache), 0, large, cache));

    // 2. The rest of the resolutions
    x = down(ops, x, large, downBlocks.size(), cache);
    x = ops.tap("mid_block", midBlock.forward(ops, "mid_block", x, cache));

    // 3. Moments
    ops.channelNormInPlace(x, normOut, Activation.SILU);
    Tensor moments = convOut.forward(ops, x, cache);
    cache.nextChunk();
    return moments;
  }

  private Tensor down(Ops ops, Tensor x, int from, int to, FrameCache cache) {
    Tensor h = x;
    for (int i = from; i < to; i++) {
      h = ops.tap("down_block" + i, downBlocks.get(i).forward(ops, "down_blocks." + i, h, cache));
    }
    return h;
  }
}
