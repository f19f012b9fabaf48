package io.zoetrope.vae.cogvideox;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.cogvideox.ResnetBlock3D.NormLoader;
import io.zoetrope.vae.layer.CausalConv3d;
import io.zoetrope.vae.layer.FrameCache;
import io.zoetrope.weights.Weights;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Latents to video ({@code CogVideoXDecoder3D} in diffusers).
 *
 * @param upBlocks one per resolution, the lowest first
 */
record Decoder3D(
    CausalConv3d convIn,
    ResolutionBlock3D midBlock,
    List<ResolutionBlock3D> upBlocks,
    SpatialNorm3D normOut,
    CausalConv3d convOut) {
  static Decoder3D load(AutoencoderKLCogVideoXConfig config, Weights weights) {
    List<Integer> channels = config.blockOutChannels();
    long highest = channels.getFirst();
    long lowest = channels.getLast();
    long latents = config.latentChannels();
    NormLoader norms =
        (norm, count) -> SpatialNorm3D.load(norm, count, latents, config.normNumGroups());
    return new Decoder3D(
        ResnetBlock3D.loadConv(weights.at("conv_in"), latents, lowest),
        ResolutionBlock3D.loadMid(weights, lowest, norms),
        IntStream.range(0, channels.size())
            .mapToObj(i -> ResolutionBlock3D.loadUp(config, weights, i, norms))
            .toList(),
        SpatialNorm3D.load(weights.at("norm_out"), highest, latents, config.normNumGroups()),
        ResnetBlock3D.loadConv(weights.at("conv_out"), highest, config.outChannels()));
  }

  /**
   * Decodes the next chunk of a clip.
   *
   * @param latents [latent frames, height, width, latent channels]
   * @param cache of the clip
   * @return [frames, height out, width out, out channels]
   */
  Tensor forward(Ops ops, Tensor latents, FrameCache cache) {
    Tensor x = ops.tap("conv_in", convIn.forward(ops, latents, cache));
    x = midBlock.forward(ops, x, latents, cache);
    for (ResolutionBlock3D block : upBlocks) {
      x = block.forward(ops, x, latents, cache);
    }
    return convOut.forward(ops, normOut.forward(ops, x, latents), cache);
  }
}
