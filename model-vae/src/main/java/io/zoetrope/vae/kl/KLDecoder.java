package io.zoetrope.vae.kl;

import io.zoetrope.nn.Conv2d;
import io.zoetrope.nn.GroupNorm;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;
import java.util.ArrayList;
import java.util.List;

/**
 * Latents to picture ({@code Decoder} in diffusers).
 *
 * @param upBlocks one per resolution, the lowest first
 */
record KLDecoder(
    Conv2d convIn,
    MidBlock2D midBlock,
    List<ResolutionBlock> upBlocks,
    GroupNorm convNormOut,
    Conv2d convOut) {
  static KLDecoder load(AutoencoderKLConfig config, Weights weights) {
    List<Integer> channels = config.blockOutChannels().reversed();
    long first = channels.getFirst();
    long last = channels.getLast();
    List<ResolutionBlock> blocks = new ArrayList<>();
    for (int i = 0; i < channels.size(); i++) {
      int in = channels.get(Math.max(0, i - 1));
      blocks.add(ResolutionBlock.loadUp(config, weights, i, in, channels.get(i)));
    }
    return new KLDecoder(
        Conv2d.load(weights.at("conv_in"), config.latentChannels(), first, 3),
        MidBlock2D.load(config, weights.at("mid_block"), first),
        blocks,
        GroupNorm.load(
            weights.at("conv_norm_out"), last, config.normNumGroups(), ResnetBlock2D.EPS),
        Conv2d.load(weights.at("conv_out"), last, config.outChannels(), 3));
  }

  /** [1, height, width, latent channels] to [1, height out, width out, out channels]. */
  Tensor forward(Ops ops, Tensor latents) {
    Tensor x = ops.tap("conv_in", convIn.forward(ops, latents));
    x = ops.tap("mid_block", midBlock.forward(ops, x));
    for (ResolutionBlock block : upBlocks) {
      x = block.forward(ops, x);
    }
    return convOut.forward(ops, convNormOut.forward(ops, x, Activation.SILU));
  }
}
