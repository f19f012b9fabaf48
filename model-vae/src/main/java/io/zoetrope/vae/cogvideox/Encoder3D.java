package io.zoetrope.vae.cogvideox;

import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.cogvideox.ResnetBlock3D.NormLoader;
import io.zoetrope.vae.layer.CausalConv3d;
import io.zoetrope.vae.layer.FrameCache;
import io.zoetrope.weights.Weights;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Video to the moments of its latents ({@code CogVideoXEncoder3D} in diffusers).
 *
 * @param downBlocks one per resolution, the highest first
 */
record Encoder3D(
    CausalConv3d convIn,
    List<ResolutionBlock3D> downBlocks,
    ResolutionBlock3D midBlock,
    GroupNorm3D normOut,
    CausalConv3d convOut) {
  private static final double NORM_OUT_EPS = 1e-6;

  static Encoder3D load(AutoencoderKLCogVideoXConfig config, Weights weights) {
    List<Integer> channels = config.blockOutChannels();
    long last = channels.getLast();
    int groups = config.normNumGroups();
    NormLoader norms = (norm, count) -> GroupNorm3D.load(norm, count, groups, config.normEps());
    return new Encoder3D(
        ResnetBlock3D.loadConv(weights.at("conv_in"), config.inChannels(), channels.getFirst()),
        IntStream.range(0, channels.size())
            .mapToObj(i -> ResolutionBlock3D.loadDown(config, weights, i, norms))
            .toList(),
        ResolutionBlock3D.loadMid(weights, last, norms),
        GroupNorm3D.load(weights.at("norm_out"), last, groups, NORM_OUT_EPS),
        ResnetBlock3D.loadConv(weights.at("conv_out"), last, 2L * config.latentChannels()));
  }

  /**
   * Encodes the next chunk of a clip.
   *
   * @param video [frames, height, width, in channels]
   * @param cache of the clip
   * @return [latent frames, height out, width out, 2 * latent channels]
   */
  Tensor forward(Ops ops, Tensor video, FrameCache cache) {
    Tensor x = convIn.forward(ops, video, cache);
    for (ResolutionBlock3D block : downBlocks) {
      x = block.forward(ops, x, null, cache);
    }
    x = midBlock.forward(ops, x, null, cache);
    return convOut.forward(ops, normOut.forward(ops, x, Activation.SILU), cache);
  }
}
