package io.zoetrope.vae.layer;

import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.PendingProduct;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * A convolution over a clip in chunks: padding stands in front of the clip, and the last frames of
 * one chunk stand in front of the next ({@code WanCausalConv3d}, {@code CogVideoXCausalConv3d} and
 * {@code LTXVideoCausalConv3d} in diffusers). It looks back in time only, unless its padding stands
 * behind the clip, too: then it makes each frame when it has seen those behind it, and is as many
 * frames late until the clip ends.
 *
 * @param weight [out channels, in channels, kernel frames, kernel height, kernel width]
 * @param bias [out channels]
 * @param geometry strides, padding and upsampling; {@code front} counts the frames in front of a
 *     clip
 * @param padding what those frames are
 */
public record CausalConv3d(Tensor weight, Tensor bias, ConvGeometry geometry, FramePadding padding)
    implements Remembering {
  /** Stride 1, padded so that frames, height and width stay the same. */
  public CausalConv3d(Tensor weight, Tensor bias, FramePadding padding) {
    this(
        weight,
        bias,
        ConvGeometry.causal(padding.front(weight.intSize(2)), weight.intSize(3) / 2),
        padding);
  }

  /**
   * Reads {@code weight} and {@code bias} of a convolution that keeps frames, height and width.
   *
   * @param kernelFrames extent of the kernel in time
   * @param kernelSize extent of the kernel in height and width, odd
   */
  public static CausalConv3d load(
      Weights weights,
      long inChannels,
      long outChannels,
      int kernelFrames,
      int kernelSize,
      FramePadding padding) {
    return new CausalConv3d(
        weights.get("weight", outChannels, inChannels, kernelFrames, kernelSize, kernelSize),
        weights.get("bias", outChannels),
        padding);
  }

  /** How many frames of a chunk the next chunk needs. */
  @Override
  public int rememberedFrames() {
    return weight.intSize(2) - geometry.strideFrames();
  }

  /** How many frames behind one it has to see to make that one. */
  public int lookAhead() {
    return padding.behind(weight.intSize(2));
  }

  /**
   * Convolves a chunk behind the frames that the cache remembers, and remembers its last ones.
   *
   * @param x [frames, height, width, in channels]; as a clip's first chunk with more frames than it
   *     looks ahead
   * @return [frames out, height out, width out, out channels]
   */
  public Tensor forward(Ops ops, Tensor x, FrameCache cache) {
    Tensor history = history(ops, x, cache);
    Tensor out = ops.conv3d(upToEnd(ops, x, cache), history, weight, bias, behind(history));
    cache.remember(this, x);
    return out;
  }

  /** Does what {@link #forward} does, for whoever adds the result to something at once. */
  public PendingProduct product(Ops ops, Tensor x, FrameCache cache) {
    Tensor history = history(ops, x, cache);
    return ops.conv3dProduct(upToEnd(ops, x, cache), history, weight, bias, behind(history))
        .then(() -> cache.remember(this, x));
  }

  /** x, and what stands behind the clip if it ends with x. */
  private Tensor upToEnd(Ops ops, Tensor x, FrameCache cache) {
    int count = cache.lastChunk() ? lookAhead() : 0;
    return count == 0 ? x : padding.lastRepeated(ops, x, count);
  }

  /** The frames that are known to stand in front of x; null if none. */
  private Tensor history(Ops ops, Tensor x, FrameCache cache) {
    Tensor known = cache.history(this);
    if (known != null) {
      return known;
    }
    Tensor frames = padding.inFront(ops, x, geometry.front());
    if (frames != null) {
      // A first chunk may be shorter than what the second one needs in front of it.
      cache.remember(this, frames);
    }
    return frames;
  }

  /** Zero frames stand in front only as long as too few others are known. */
  private ConvGeometry behind(Tensor history) {
    if (history == null) {
      return geometry;
    }
    long missing = Math.min(geometry.front(), rememberedFrames()) - history.size(0);
    return geometry.withFront((int) Math.max(0, missing));
  }
}
