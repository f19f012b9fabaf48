package io.zoetrope.vae.layer;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;

/**
 * What stands in front of a clip's first frame, and behind its last one, when a convolution looks
 * there. Rows and columns are padded with zeros in any case.
 */
public enum FramePadding {
  /** Frames of zeros in front ({@code WanCausalConv3d} in diffusers). */
  ZEROS,

  /**
   * The first frame again and again, in front ({@code CogVideoXCausalConv3d}, and {@code
   * LTXVideoCausalConv3d} where it is causal).
   */
  FIRST_FRAME,

  /**
   * The first frame in front and the last one behind, so that the kernel's middle lies on the frame
   * that it makes ({@code LTXVideoCausalConv3d} where it is not causal).
   */
  FIRST_AND_LAST_FRAME;

  /** How many frames stand in front of a clip for a kernel of so many frames. */
  int front(int kernelFrames) {
    return kernelFrames - 1 - behind(kernelFrames);
  }

  /** How many frames stand behind a clip for a kernel of so many frames. */
  int behind(int kernelFrames) {
    return this == FIRST_AND_LAST_FRAME ? kernelFrames / 2 : 0;
  }

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
    Tensor frames = ops.allocate(x.dtype(), x.shape().withFirst(count));
    for (int i = 0; i < count; i++) {
      ops.copyInto(frames.narrow(0, i, 1), x.narrow(0, 0, 1));
    }
    return frames;
  }

  /**
   * A clip's last frames with copies of the last one behind them, in the current scope.
   *
   * @param x [frames, height, width, channels]
   * @param count how many copies
   */
  Tensor lastRepeated(Ops ops, Tensor x, int count) {
    long frames = x.size(0);
    Tensor all = ops.allocate(x.dtype(), x.shape().withFirst(frames + count));
    ops.copyInto(all.narrow(0, 0, frames), x);
    for (int i = 0; i < count; i++) {
      ops.copyInto(all.narrow(0, frames + i, 1), x.narrow(0, frames - 1, 1));
    }
    return all;
  }
}
