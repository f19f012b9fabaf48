package io.zoetrope.vae.layer;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;

/** What stands in front of a clip's first frame when a causal convolution looks back from it. */
public enum FramePadding {
  /** Frames of zeros ({@code WanCausalConv3d} in diffusers). */
  ZEROS,

  /**
   * The first frame again and again ({@code CogVideoXCausalConv3d}, and {@code
   * LTXVideoCausalConv3d} where it is causal). Rows and columns are padded with zeros in any case.
   */
  FIRST_FRAME;

  /**
   * The frames in front of a clip, in the current scope; null where a convolution's geometry makes
   * them itself.
   *
   * @param x the clip's first frames, [frames, height, width, channels]
   * @param count how many frames stand in front
   */
  Tensor inFront(Ops ops, Tensor x, int count) {
    if (this == ZEROS || count == 0) {
      return null;
    }
    Tensor frames = ops.allocate(x.dtype(), Shape.of(count, x.size(1), x.size(2), x.size(3)));
    for (int i = 0; i < count; i++) {
      ops.copyInto(frames.narrow(0, i, 1), x.narrow(0, 0, 1));
    }
    return frames;
  }
}
