package io.zoetrope.vae.wan;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.FrameCache;
import io.zoetrope.vae.layer.Layer;
import io.zoetrope.weights.Weights;
import java.util.List;

/**
 * A resolution of the decoder: residual blocks and upsampling ({@code WanUpBlock} in diffusers), in
 * Wan 2.2 added to the repeated input ({@code WanResidualUpBlock}).
 *
 * @param upsampler null at the highest resolution
 * @param shortcut of the whole block; null in Wan 2.1 and at the highest resolution
 */
record UpBlock(List<ResidualBlock> resnets, Resample upsampler, DupUp3D shortcut) implements Layer {

  /** Reads a block of Wan 2.1; {@code mode} is null at the highest resolution. */
  static UpBlock load(
      Weights weights, long inChannels, long outChannels, int resnets, Resample.Mode mode) {
    return new UpBlock(
        ResidualBlock.loadAll(weights.at("resnets"), inChannels, outChannels, resnets),
        mode == null
            ? null
            : Resample.load(weights.at("upsamplers").at(0), mode, outChannels, outChannels / 2),
        null);
  }

  /** Reads a block of Wan 2.2; {@code mode} is null at the highest resolution. */
  static UpBlock loadResidual(
      Weights weights, long inChannels, long outChannels, int resnets, Resample.Mode mode) {
    List<ResidualBlock> blocks =
        ResidualBlock.loadAll(weights.at("resnets"), inChannels, outChannels, resnets);
    return mode == null
        ? new UpBlock(blocks, null, null)
        : new UpBlock(
            blocks,
            Resample.load(weights.at("upsampler"), mode, outChannels, outChannels),
            new DupUp3D(outChannels, mode == Resample.Mode.UPSAMPLE3D ? 2 : 1, 2));
  }

  @Override
  public boolean changesFrameRate() {
    return upsampler != null && upsampler.changesFrameRate();
  }

  @Override
  public Tensor forward(Ops ops, Tensor x, FrameCache cache) {
    // The shortcut comes first because the residual blocks may overwrite x.
    Tensor out = shortcut == null ? null : shortcut.forward(ops, x, cache.firstChunk());
    Tensor h = x;
    for (int i = 0; i < resnets.size(); i++) {
      h = resnets.get(i).forward(ops, "resnets." + i, h, cache);
    }
    if (upsampler != null) {
      h = upsampler.forward(ops, "upsampler", h, cache);
    }
    if (out == null) {
      return h;
    }
    ops.addInPlace(out, h);
    return out;
  }
}
