package io.zoetrope.ops;

import io.zoetrope.tensor.Shape;

/**
 * Strides, zero padding and upsampling of a 3D convolution. Paddings count frames before, rows
 * above and below, and columns left and right; video convolutions are causal, so nothing is padded
 * behind the last frame.
 *
 * @param upsample 1, or 2 if height and width are doubled by nearest neighbour before all else
 */
public record ConvGeometry(
    int strideFrames,
    int strideHeight,
    int strideWidth,
    int front,
    int top,
    int bottom,
    int left,
    int right,
    int upsample) {

  public ConvGeometry {
    if (strideFrames < 1 || strideHeight < 1 || strideWidth < 1) {
      throw new IllegalArgumentException("convolution strides must be at least 1");
    }
    if (front < 0 || top < 0 || bottom < 0 || left < 0 || right < 0) {
      throw new IllegalArgumentException("convolution paddings must not be negative");
    }
    if (upsample != 1 && upsample != 2) {
      throw new IllegalArgumentException("convolutions upsample by 1 or 2, not by " + upsample);
    }
  }

  /** Strides and zero padding, without upsampling. */
  public ConvGeometry(
      int strideFrames,
      int strideHeight,
      int strideWidth,
      int front,
      int top,
      int bottom,
      int left,
      int right) {
    this(strideFrames, strideHeight, strideWidth, front, top, bottom, left, right, 1);
  }

  /** Stride 1, {@code front} zero frames, and {@code around} zeros on each side of a frame. */
  public static ConvGeometry causal(int front, int around) {
    return new ConvGeometry(1, 1, 1, front, around, around, around, around);
  }

  /** The same with another number of zero frames in front. */
  public ConvGeometry withFront(int front) {
    return new ConvGeometry(
        strideFrames, strideHeight, strideWidth, front, top, bottom, left, right, upsample);
  }

  /** The same over height and width as they are. */
  ConvGeometry withoutUpsampling() {
    return new ConvGeometry(
        strideFrames, strideHeight, strideWidth, front, top, bottom, left, right);
  }

  /** The same over doubled height and width. */
  public ConvGeometry upsampled() {
    return new ConvGeometry(
        strideFrames, strideHeight, strideWidth, front, top, bottom, left, right, 2);
  }

  /**
   * Shape of the result.
   *
   * @param input [frames, height, width, channels], the frames including those of the history
   * @param weight [out channels, in channels, kernel frames, kernel height, kernel width]
   */
  Shape output(Shape input, Shape weight) {
    return Shape.of(
        extent(input.size(0) + front, weight.size(2), strideFrames),
        extent(upsample * input.size(1) + top + bottom, weight.size(3), strideHeight),
        extent(upsample * input.size(2) + left + right, weight.size(4), strideWidth),
        weight.size(0));
  }

  private static long extent(long padded, long kernel, int stride) {
    return padded < kernel ? 0 : (padded - kernel) / stride + 1;
  }
}
