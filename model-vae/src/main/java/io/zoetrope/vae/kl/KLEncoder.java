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
 * Picture to the moments of its latents ({@code Encoder} in diffusers).
 *
 * @param downBlocks one per resolution, the highest first
 */
record KLEncoder(
    Conv2d convIn,
    List<ResolutionBlock> downBlocks,
    MidBlock2D midBlock,
    GroupNorm convNormOut,
    Conv2d convOut) {
  static KLEncoder load(AutoencoderKLConfig config, Weights weights) {
    List<Integer> channels = config.blockOutChannels();
    long last = channels.getLast();
    List<ResolutionBlock> blocks = new ArrayList<>();
    for (int i = 0; i < channels.size(); i++) {
      int in = channels.get(Math.max(0, i - 1));
      blocks.add(ResolutionBlock.loadDown(config, weights, i, in, channels.get(i)));
    }
    return new KLEncoder(
        Conv2d.load(weights.at("conv_in"), config.inChannels(), channels.getFirst(), 3),
        blocks,
        MidBlock2D.load(config, weights.at("mid_block"), last),
        GroupNorm.load(
            weights.at("conv_norm_out"), last, config.normNumGroups(), ResnetBlock2D.EPS),
        Conv2d.load(weights.at("conv_out"), last, 2L * config.latentChannels(), 3));
  }

  /** [1, height, width, in channels] to [1, height out, width out, 2 * latent channels]. */
  Tensor forward(Ops ops, Tensor picture) {
    Tensor x = convIn.forward(ops, picture);
    for (ResolutionBlock block : downBlocks) {
      x = block.forward(ops, x);
    }
    x = ops.tap("mid_block", midBlock.forward(ops, x));
    return convOut.forward(ops, convNormOut.forward(ops, x, Activation.SILU));
  }
}
