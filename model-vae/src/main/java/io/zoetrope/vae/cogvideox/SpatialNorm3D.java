package io.zoetrope.vae.cogvideox;

import io.zoetrope.nn.Linear;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.Pointwise;
import io.zoetrope.weights.Weights;

/**
 * Group normalisation whose scale and shift are maps of the latents, enlarged to the size of what
 * is normalised (Zheng et al., 2022, arXiv:2209.09002, section 3.1; {@code CogVideoXSpatialNorm3D}
 * in diffusers).
 *
 * @param convY latent channels to the scale of each channel
 * @param convB latent channels to the shift of each channel
 */
record SpatialNorm3D(GroupNorm3D norm, Linear convY, Linear convB) implements ChunkNorm {
  private static final double EPS = 1e-6;

  static SpatialNorm3D load(Weights weights, long channels, long latentChannels, int groups) {
    return new SpatialNorm3D(
        GroupNorm3D.load(weights.at("norm_layer"), channels, groups, EPS),
        Pointwise.load3d(weights.at("conv_y").at("conv"), latentChannels, channels),
        Pointwise.load3d(weights.at("conv_b").at("conv"), latentChannels, channels));
  }

  @Override
  public Tensor forward(Ops ops, Tensor x, Tensor latents) {
    Tensor out = norm.forward(ops, x, Activation.NONE);
    long start = 0;
    for (long i = 0; i < latents.size(0); i++) {
      long count = framesOf(i, latents.size(0), x.size(0));
      try (var _ = ops.scope("frames")) {
        Tensor latent = latents.narrow(0, i, 1);
        Tensor z = ops.upsampleNearest(latent, count, x.size(1), x.size(2), false);
        Tensor rows = z.reshape(-1, z.size(3));
        Tensor frames = out.narrow(0, start, count).reshape(-1, x.size(3));
        convY.multiplyInPlace(ops, frames, rows);
        ops.addInPlace(frames, convB.product(ops, rows));
        ops.activateInPlace(frames, Activation.SILU);
      }
      start += count;
    }
    return out;
  }

  /** How many frames a latent frame stands behind. */
  private static long framesOf(long index, long latentFrames, long frames) {
    if (!FrameBatches.firstStandsAlone(frames)) {
      return frames / latentFrames;
    }
    return index == 0 ? 1 : (frames - 1) / (latentFrames - 1);
  }
}
