package io.zoetrope.vae.wan;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.AvgDown3D;
import io.zoetrope.vae.layer.FrameCache;
import io.zoetrope.vae.layer.Layer;
import io.zoetrope.weights.Weights;
import java.util.List;

/**
 * A resolution of the Wan 2.2 encoder: residual blocks and downsampling, added to the averaged
 * input ({@code WanResidualDownBlock} in diffusers).
 *
 * @param shortcut of the whole block
 * @param downsampler null at the lowest resolution
 */
record ResidualDownBlock(AvgDown3D shortcut, List<ResidualBlock> resnets, Resample downsampler)
    implements Layer {

  /**
   * Reads a block.
   *
   * @param mode of the downsampling; null at the lowest resolution
   */
  static ResidualDownBlock load(
      Weights weights, long inChannels, long outChannels, int resnets, Resample.Mode mode) {
    return new ResidualDownBlock(
        new AvgDown3D(
            outChannels, mode == Resample.Mode.DOWNSAMPLE3D ? 2 : 1, mode == null ? 1 : 2),
        ResidualBlock.loadAll(weights.at("resnets"), inChannels, outChannels, resnets),
        mode == null
            ? null
            : Resample.load(weights.at("downsampler"), mode, outChannels, outChannels));
  }

  @Override
  public boolean changesFrameRate() {
    return downsampler != null && downsampler.changesFrameRate();
  }

  @Override
  public Tensor forward(Ops ops, Tensor x, FrameCache cache) {
    // The shortcut comes first because the residual blocks may overwrite x.
    Tensor out = shortcut.forward(ops, x);
    try (var _ = ops.scope("main")) {
      Tensor h = x;
      for (int i = 0; i < resnets.size(); i++) {
        h = resnets.get(i).forward(ops, "resnets." + i, h, cache);
      }
      if (downsampler != null) {
        h = downsampler.forward(ops, "downsampler", h, cache);
      }
      ops.addInPlace(out, h);
    }
    return out;
  }
}
