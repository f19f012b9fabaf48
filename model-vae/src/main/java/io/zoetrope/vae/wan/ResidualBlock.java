package io.zoetrope.vae.wan;

import io.zoetrope.nn.Linear;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Scope;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.CausalConv3d;
import io.zoetrope.vae.layer.FrameCache;
import io.zoetrope.vae.layer.FramePadding;
import io.zoetrope.vae.layer.Layer;
import io.zoetrope.vae.layer.Pointwise;
import io.zoetrope.weights.Weights;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Two causal 3x3x3 convolutions behind norm and SiLU, added to the input ({@code WanResidualBlock}
 * in diffusers).
 *
 * @param norm1 gamma of [in channels]
 * @param conv1 in channels to out channels
 * @param norm2 gamma of [out channels]
 * @param conv2 out channels to out channels
 * @param shortcut in channels to out channels; null if they are the same
 */
record ResidualBlock(
    Tensor norm1, CausalConv3d conv1, Tensor norm2, CausalConv3d conv2, Linear shortcut)
    implements Layer {

  static ResidualBlock load(Weights weights, long inChannels, long outChannels) {
    return new ResidualBlock(
        weights.at("norm1").get("gamma", inChannels, 1, 1, 1),
        CausalConv3d.load(weights.at("conv1"), inChannels, outChannels, 3, 3, FramePadding.ZEROS),
        weights.at("norm2").get("gamma", outChannels, 1, 1, 1),
        CausalConv3d.load(weights.at("conv2"), outChannels, outChannels, 3, 3, FramePadding.ZEROS),
        inChannels == outChannels
            ? null
            : Pointwise.load3d(weights.at("conv_shortcut"), inChannels, outChannels));
  }

  /** Reads blocks that follow each other; the first one changes the number of channels. */
  static List<ResidualBlock> loadAll(
      Weights weights, long inChannels, long outChannels, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> load(weights.at(i), i == 0 ? inChannels : outChannels, outChannels))
        .toList();
  }

  /** Without a shortcut the result is {@code x} itself, so that no copy of it is held. */
  @Override
  public Tensor forward(Ops ops, Tensor x, FrameCache cache) {
    Tensor out = shortcut == null ? x : shortcut.forward(ops, x);
    try (var _ = ops.scope("residual")) {
      Tensor h;
      try (Scope first = ops.scope("conv1")) {
        h = first.keep(conv1.forward(ops, ops.channelNorm(x, norm1, Activation.SILU), cache));
      }
      ops.channelNormInPlace(h, norm2, Activation.SILU);
      ops.addInPlace(out, conv2.product(ops, h, cache));
    }
    return out;
  }
}
