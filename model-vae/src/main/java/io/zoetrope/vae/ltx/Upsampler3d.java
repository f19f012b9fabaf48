package io.zoetrope.vae.ltx;

import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Scope;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.CausalConv3d;
import io.zoetrope.vae.layer.FrameCache;
import io.zoetrope.vae.layer.FrameDelay;
import io.zoetrope.vae.layer.Layer;
import io.zoetrope.vae.layer.PixelShuffle;
import io.zoetrope.weights.Weights;

/**
 * Doubles frames, rows and columns: a convolution makes more channels, which move there. The first
 * frame of a clip becomes one frame ({@code LTXVideoUpsampler3d} in diffusers).
 *
 * @param conv channels to 8 * channels / upscale factor
 * @param delay of the residual, beside a convolution that looks ahead; null without residual
 */
record Upsampler3d(CausalConv3d conv, FrameDelay delay) implements Layer {
  private static final PixelShuffle DOUBLE = new PixelShuffle(2, 2);

  static Upsampler3d load(Weights weights, DecoderConfig.Level level, BlockKind kind) {
    long out = (long) level.outChannels() * DOUBLE.volume();
    CausalConv3d conv = kind.conv(weights.at("conv"), level.channels(), out);
    return new Upsampler3d(conv, level.residual() ? new FrameDelay(conv.lookAhead()) : null);
  }

  @Override
  public int lookAhead() {
    return conv.lookAhead();
  }

  /** [frames, height, width, channels] to twice of each, with channels / upscale factor. */
  @Override
  public Tensor forward(Ops ops, Tensor x, FrameCache cache) {
    boolean first = cache.history(conv) == null;
    Tensor out;
    try (Scope scope = ops.scope("conv")) {
      out = scope.keep(DOUBLE.shuffle(ops, conv.forward(ops, x, cache)));
    }
    if (delay != null) {
      try (var _ = ops.scope("residual")) {
        addRepeated(ops, out, DOUBLE.shuffle(ops, delay.forward(ops, x, cache)));
      }
    }
    return first ? out.narrow(0, 1, out.size(0) - 1) : out;
  }

  /** Adds to all channels, again and again, the fewer ones of the input. */
  private static void addRepeated(Ops ops, Tensor out, Tensor residual) {
    Tensor all = ops.allocate(out.dtype(), out.shape());
    for (long start = 0; start < all.size(3); start += residual.size(3)) {
      ops.copyInto(all.narrow(3, start, residual.size(3)), residual);
    }
    ops.addInPlace(out, all);
  }
}
