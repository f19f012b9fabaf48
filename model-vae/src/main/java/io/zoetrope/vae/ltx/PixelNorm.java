package io.zoetrope.vae.ltx;

import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;

/**
 * What stands in front of a convolution: root mean square norm over the channels, without weights;
 * shift and scale of the timestep, in decoders that are told it; SiLU.
 *
 * @param scale [channels]; what the normalised channels are multiplied with
 * @param shift [channels], or null
 */
record PixelNorm(Tensor scale, Tensor shift) {
  /** {@code norm1}, {@code norm2} and {@code norm_out}, whatever the configuration says. */
  private static final float EPS = 1e-8f;

  /** A norm without timestep. */
  static PixelNorm plain(Clip clip, long channels) {
    Tensor ones = clip.hold(Shape.of(channels));
    clip.ops().fill(ones, 1);
    return new PixelNorm(ones, null);
  }

  /**
   * A norm with what the timestep says.
   *
   * @param rows [rows, channels]
   * @param first number of the row that shifts; the next one is a scale, to which 1 is added
   */
  static PixelNorm modulated(Clip clip, Tensor rows, int first) {
    PixelNorm plain = plain(clip, rows.size(1));
    clip.ops().addInPlace(plain.scale, rows.select(0, first + 1));
    Tensor shift = clip.hold(plain.scale.shape());
    clip.ops().copyInto(shift, rows.select(0, first));
    return new PixelNorm(plain.scale, shift);
  }

  /** [frames, height, width, channels] to the same shape, in the current scope. */
  Tensor forward(Ops ops, Tensor x) {
    Tensor normed = ops.rmsNorm(x, scale, EPS);
    if (shift != null) {
      ops.addInPlace(normed, shift);
    }
    ops.activateInPlace(normed, Activation.SILU);
    return normed;
  }

  /** The norm alone, for whoever looks at it. */
  static Tensor alone(Ops ops, Tensor x) {
    Tensor ones = ops.allocate(x.dtype(), Shape.of(x.size(3)));
    ops.fill(ones, 1);
    return ops.rmsNorm(x, ones, EPS);
  }
}
