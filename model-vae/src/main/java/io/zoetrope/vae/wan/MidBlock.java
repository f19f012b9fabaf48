package io.zoetrope.vae.wan;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.FrameCache;
import io.zoetrope.vae.layer.Layer;
import io.zoetrope.weights.Weights;

/** Attention between two residual blocks, at the lowest resolution ({@code WanMidBlock}). */
record MidBlock(ResidualBlock before, AttentionBlock attention, ResidualBlock after)
    implements Layer {

  static MidBlock load(Weights weights, long channels) {
    return new MidBlock(
        ResidualBlock.load(weights.at("resnets").at(0), channels, channels),
        AttentionBlock.load(weights.at("attentions").at(0), channels),
        ResidualBlock.load(weights.at("resnets").at(1), channels, channels));
  }

  @Override
  public Tensor forward(Ops ops, Tensor x, FrameCache cache) {
    Tensor h = before.forward(ops, "resnets.0", x, cache);
    h = attention.forward(ops, "attentions.0", h, cache);
    return after.forward(ops, "resnets.1", h, cache);
  }
}
