package io.zoetrope.vae.ltx;

import io.zoetrope.nn.LayerNorm;
import io.zoetrope.nn.Linear;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Scope;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.CausalConv3d;
import io.zoetrope.vae.layer.FrameCache;
import io.zoetrope.vae.layer.FrameDelay;
import io.zoetrope.vae.layer.Layer;
import io.zoetrope.vae.layer.Pointwise;
import io.zoetrope.weights.Weights;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Two 3x3x3 convolutions behind norm and SiLU, added to the input ({@code LTXVideoResnetBlock3d} in
 * diffusers).
 *
 * @param conv1 in channels to out channels
 * @param conv2 out channels to out channels
 * @param norm3 in front of the shortcut, or null
 * @param shortcut in channels to out channels; null if they are the same
 * @param noiseScale1 [channels, 1]; null in blocks that add no noise, as {@code noiseScale2}
 * @param scaleShiftTable [4, channels]: shift and scale in front of each convolution; null in
 *     blocks that are not told the timestep
 */
record ResnetBlock3d(
    CausalConv3d conv1,
    CausalConv3d conv2,
    LayerNorm norm3,
    Linear shortcut,
    Tensor noiseScale1,
    Tensor noiseScale2,
    Tensor scaleShiftTable) {
  /** Rows of the table. */
  static final int MODULATION = 4;

  static ResnetBlock3d load(Weights weights, long in, long out, BlockKind kind) {
    boolean changes = in != out;
    return new ResnetBlock3d(
        kind.conv(weights.at("conv1"), in, out),
        kind.conv(weights.at("conv2"), out, out),
        changes ? LayerNorm.load(weights.at("norm3"), in, kind.normEps()) : null,
        changes ? Pointwise.load3d(weights.at("conv_shortcut").at("conv"), in, out) : null,
        kind.injectNoise() ? weights.get("per_channel_scale1", in, 1, 1).reshape(in, 1) : null,
        kind.injectNoise() ? weights.get("per_channel_scale2", in, 1, 1).reshape(in, 1) : null,
        kind.timestepConditioning() ? weights.get("scale_shift_table", MODULATION, in) : null);
  }

  /** Reads {@code resnets}, which keep the channels. */
  static List<ResnetBlock3d> loadAll(Weights weights, long channels, int count, BlockKind kind) {
    return IntStream.range(0, count)
        .mapToObj(i -> load(weights.at("resnets").at(i), channels, channels, kind))
        .toList();
  }

  /**
   * The block as a clip goes through it.
   *
   * @param temb [4, channels], or null
   * @param height rows of the clip here
   * @param width its columns
   */
  Layer in(Clip clip, Tensor temb, long height, long width) {
    FrameDelay delay = new FrameDelay(conv1.lookAhead() + conv2.lookAhead());
    InjectedNoise noise1 = InjectedNoise.draw(clip, noiseScale1, height, width);
    InjectedNoise noise2 = InjectedNoise.draw(clip, noiseScale2, height, width);
    try (var _ = clip.ops().scope("modulation")) {
      Tensor rows = temb == null ? null : clip.ops().add(temb, scaleShiftTable);
      return new InClip(
          this, delay, norm(clip, rows, conv1, 0), noise1, norm(clip, rows, conv2, 2), noise2);
    }
  }

  private static PixelNorm norm(Clip clip, Tensor rows, CausalConv3d before, int first) {
    return rows == null
        ? PixelNorm.plain(clip, before.weight().size(1))
        : PixelNorm.modulated(clip, rows, first);
  }

  /**
   * A block with what belongs to a clip.
   *
   * @param delay of the input, beside convolutions that look ahead
   * @param noise1 null for none, as {@code noise2}
   */
  private record InClip(
      ResnetBlock3d block,
      FrameDelay delay,
      PixelNorm norm1,
      InjectedNoise noise1,
      PixelNorm norm2,
      InjectedNoise noise2)
      implements Layer {
    @Override
    public int lookAhead() {
      return delay.frames();
    }

    /** Without shortcut and look-ahead the result is {@code x} itself. */
    @Override
    public Tensor forward(Ops ops, Tensor x, FrameCache cache) {
      Tensor out = delay.forward(ops, shortcut(ops, x), cache);
      try (var _ = ops.scope("residual")) {
        Tensor h;
        try (Scope first = ops.scope("conv1")) {
          h = first.keep(block.conv1.forward(ops, norm1.forward(ops, x), cache));
        }
        if (noise1 != null) {
          noise1.addTo(ops, h);
        }
        ops.addInPlace(out, block.conv2.product(ops, norm2.forward(ops, h), cache));
      }
      if (noise2 != null) {
        noise2.addTo(ops, out);
      }
      return out;
    }

    private Tensor shortcut(Ops ops, Tensor x) {
      return block.shortcut == null ? x : block.shortcut.forward(ops, block.norm3.forward(ops, x));
    }
  }
}
