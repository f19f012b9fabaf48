package io.zoetrope.vae.wan;

import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * A convolution that looks back in time only: zero frames stand in front of a clip, and the last
 * frames of one chunk stand in front of the next ({@code WanCausalConv3d} in diffusers).
 *
 * @param weight [out channels, in channels, kernel frames, kernel height, kernel width]
 * @param bias [out channels]
 * @param geometry strides, padding and upsampling; {@code front} counts the zero frames in front of
 *     a clip
 */
public record CausalConv3d(Tensor weight, Tensor bias, ConvGeometry geometry) {
  /** Stride 1, padded so that frames, height and width stay the same. */
  public CausalConv3d(Tensor weight, Tensor bias) {
    this(weight, bias, ConvGeometry.causal(weight.intSize(2) - 1, weight.intSize(3) / 2));
  }

  /**
   * Reads {@code weight} and {@code bias} of a convolution that keeps frames, height and width.
   *
   * @param kernelFrames extent of the kernel in time
   * @param kernelSize extent of the kernel in height and width, odd
   */
  public static CausalConv3d load(
      Weights weights, long inChannels, long outChannels, int kernelFrames, int kernelSize) {
    return new CausalConv3d(
        weights.get("weight", outChannels, inChannels, kernelFrames, kernelSize, kernelSize),
        weights.get("bias", outChannels));
  }

  /** How many frames of a chunk the next chunk needs. */
  int rememberedFrames() {
    return weight.intSize(2) - geometry.strideFrames();
  }

  /**
   * Convolves a chunk behind the frames that the cache remembers, and remembers its last ones.
   *
   * @param x [frames, height, width, in channels]
   * @return [frames out, height out, width out, out channels]
   */
  public Tensor forward(Ops ops, Tensor x, FrameCache cache) {
    Tensor history = cache.history(this);
    Tensor out = ops.conv3d(x, history, weight, bias, behind(history));
    cache.remember(this, x);
    return out;
  }

  /** As {@link #forward}, with the result added to {@code out}. */
  void addInPlace(Ops ops, Tensor out, Tensor x, FrameCache cache) {
    Tensor history = cache.history(this);
    ops.conv3dAddInPlace(out, x, history, weight, bias, behind(history));
    cache.remember(this, x);
  }

  /** Zero frames stand in front only where there is no history. */
  private ConvGeometry behind(Tensor history) {
    long known = history == null ? 0 : history.size(0);
    return geometry.withFront((int) Math.max(0, geometry.front() - known));
  }
}
