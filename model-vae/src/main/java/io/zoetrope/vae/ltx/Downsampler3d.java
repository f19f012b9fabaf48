package io.zoetrope.vae.ltx;

import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Scope;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.AvgDown3D;
import io.zoetrope.vae.layer.CausalConv3d;
import io.zoetrope.vae.layer.FrameCache;
import io.zoetrope.vae.layer.FrameDelay;
import io.zoetrope.vae.layer.Layer;
import io.zoetrope.vae.layer.PixelShuffle;
import io.zoetrope.weights.Weights;

/**
 * Merges frames, rows and columns at the end of a level of the encoder; the first frame of a clip
 * stays one frame.
 */
sealed interface Downsampler3d extends Layer {
  /** Reads what a level ends with, below {@code downsamplers.0}; null if it ends as it is. */
  static Downsampler3d load(Weights weights, EncoderConfig.Level level, BlockKind kind) {
    Downsample type = level.downsample();
    long in = level.inChannels();
    return switch (type) {
      case NONE -> null;
      case CONV -> {
        CausalConv3d plain = kind.conv(weights, in, in);
        int front = plain.geometry().front();
        ConvGeometry halved = new ConvGeometry(2, 2, 2, front, 1, 1, 1, 1);
        yield new Strided(new CausalConv3d(plain.weight(), plain.bias(), halved, kind.padding()));
      }
      case SPATIAL, TEMPORAL, SPATIOTEMPORAL -> {
        PixelShuffle blocks = new PixelShuffle(type.frames(), type.size());
        long out = level.outChannels();
        CausalConv3d conv = kind.conv(weights.at("conv"), in, out / blocks.volume());
        yield new IntoChannels(
            conv,
            blocks,
            new AvgDown3D(out, type.frames(), type.size()),
            new FrameDelay(conv.lookAhead()));
      }
    };
  }

  /** A convolution with a stride of 2 ({@code LTXVideoCausalConv3d}, 0.9.0 and 0.9.1). */
  record Strided(CausalConv3d conv) implements Downsampler3d {
    @Override
    public int lookAhead() {
      return conv.lookAhead();
    }

    @Override
    public int frameStep() {
      return 2;
    }

    @Override
    public Tensor forward(Ops ops, Tensor x, FrameCache cache) {
      return conv.forward(ops, x, cache);
    }
  }

  /**
   * A convolution to fewer channels, which become more again when blocks move into them; what the
   * blocks of the input are on average is added ({@code LTXVideoDownsampler3d}, 0.9.5).
   *
   * @param delay of the input, beside a convolution that looks ahead
   */
  record IntoChannels(CausalConv3d conv, PixelShuffle blocks, AvgDown3D average, FrameDelay delay)
      implements Downsampler3d {
    @Override
    public int lookAhead() {
      return conv.lookAhead();
    }

    @Override
    public int frameStep() {
      return blocks.frames();
    }

    @Override
    public Tensor forward(Ops ops, Tensor x, FrameCache cache) {
      Tensor whole = cache.history(conv) == null ? startingBlock(ops, x) : x;
      Tensor out;
      try (Scope scope = ops.scope("conv")) {
        out = scope.keep(blocks.unshuffle(ops, conv.forward(ops, whole, cache)));
      }
      try (var _ = ops.scope("residual")) {
        ops.addInPlace(out, average.forward(ops, delay.forward(ops, whole, cache)));
      }
      return out;
    }

    /** A clip's first chunk with its first frame once more where frames are merged. */
    private Tensor startingBlock(Ops ops, Tensor x) {
      long more = blocks.frames() - 1;
      if (more == 0) {
        return x;
      }
      Tensor whole = ops.allocate(x.dtype(), x.shape().withFirst(more + x.size(0)));
      ops.copyInto(whole.narrow(0, 0, more), x.narrow(0, 0, more));
      ops.copyInto(whole.narrow(0, more, x.size(0)), x);
      return whole;
    }
  }
}
