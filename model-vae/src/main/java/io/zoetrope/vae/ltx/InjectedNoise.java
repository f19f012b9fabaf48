package io.zoetrope.vae.ltx;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;

/**
 * Noise that a residual block adds behind a convolution: the same for all frames of a clip, and but
 * for a scale for all channels.
 *
 * @param noise [height * width, 1]
 * @param scale [channels, 1]
 */
record InjectedNoise(Tensor noise, Tensor scale) {
  /** Draws [height, width] for a clip; null for blocks that add none, whose scale is null. */
  static InjectedNoise draw(Clip clip, Tensor scale, long height, long width) {
    if (scale == null) {
      return null;
    }
    Tensor noise = clip.hold(Shape.of(height * width, 1));
    clip.ops().copyInto(noise, clip.noise().normal(height, width).reshape(-1, 1));
    return new InjectedNoise(noise, scale);
  }

  /** Adds it to [frames, height, width, channels]: the outer product of noise and scale. */
  void addTo(Ops ops, Tensor x) {
    for (long frame = 0; frame < x.size(0); frame++) {
      Tensor pixels = x.select(0, frame).reshape(-1, x.size(3));
      ops.linearAddInPlace(pixels, noise, scale, null, null);
    }
  }
}
