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
 * Latents to video ({@code WanDecoder3d} in diffusers).
 *
 * @param convIn latents to channels
 * @param midBlock at the lowest resolution
 * @param upBlocks one per resolution, the lowest first
 * @param normOut gamma of [channels]
 * @param convOut channels to patchified video
 */
record WanVaeDecoder(
    CausalConv3d convIn,
    MidBlock midBlock,
    List<UpBlock> upBlocks,
    Tensor normOut,
    CausalConv3d convOut) {

  /** Reads the weights below {@code decoder}. */
  static WanVaeDecoder load(WanVaeConfig config, Weights weights) {
    List<Long> channels = config.decoderChannels();
    long first = channels.getFirst();
    long last = channels.getLast();
    return new WanVaeDecoder(
        CausalConv3d.load(weights.at("conv_in"), config.zDim(), first, 3, 3, FramePadding.ZEROS),
        MidBlock.load(weights.at("mid_block"), first),
        loadUpBlocks(config, weights.at("up_blocks"), channels),
        weights.at("norm_out").get("gamma", last, 1, 1, 1),
        CausalConv3d.load(
            weights.at("conv_out"), last, config.outChannels(), 3, 3, FramePadding.ZEROS));
  }

  private static List<UpBlock> loadUpBlocks(
      WanVaeConfig config, Weights weights, List<Long> channels) {
    List<Boolean> temporal = config.temperalDownsample().reversed();
    int resnets = config.numResBlocks() + 1;
    List<UpBlock> blocks = new ArrayList<>();
    for (int i = 0; i < config.dimMult().size(); i++) {
      boolean highest = i == config.dimMult().size() - 1;
      Resample.Mode mode = highest ? null : Resample.Mode.up(temporal.get(i));
      long in = channels.get(i);
      long out = channels.get(i + 1);
      // The upsampling of Wan 2.1 halves the channels in front of the next block.
      blocks.add(
          config.isResidual()
              ? UpBlock.loadResidual(weights.at(i), in, out, resnets, mode)
              : UpBlock.load(weights.at(i), i == 0 ? in : in / 2, out, resnets, mode));
    }
    return blocks;
  }

  /**
   * Decodes the next latent frame of a clip.
   *
   * @param latents [1, height, width, latent channels]
   * @param cache of the clip
   * @return [frames, height out, width out, out channels], patchified and not clamped; 1 frame for
   *     the first latent frame
   */
  Tensor forward(Ops ops, Tensor latents, FrameCache cache) {
    int split = upBlocks.size();
    while (split > 0 && !upBlocks.get(split - 1).changesFrameRate()) {
      split--;
    }
    // 1. The lowest resolutions, up to the final frame rate
    Tensor x = ops.tap("conv_in", convIn.forward(ops, latents, cache));
    x = ops.tap("mid_block", midBlock.forward(ops, "mid_block", x, cache));
    x = up(ops, x, 0, split, cache);

    // 2. The highest ones, where activations are largest, take the frames one at a time
    int large = split;
    Tensor video =
        Layer.frameByFrame(
            ops, x, frame -> head(ops, up(ops, frame, large, upBlocks.size(), cache), cache));
    cache.nextChunk();
    return video;
  }

  private Tensor up(Ops ops, Tensor x, int from, int to, FrameCache cache) {
    Tensor h = x;
    for (int i = from; i < to; i++) {
      h = ops.tap("up_block" + i, upBlocks.get(i).forward(ops, "up_blocks." + i, h, cache));
    }
    return h;
  }

  private Tensor head(Ops ops, Tensor x, FrameCache cache) {
    ops.channelNormInPlace(x, normOut, Activation.SILU);
    return convOut.forward(ops, x, cache);
  }
}
