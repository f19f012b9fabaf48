package io.zoetrope.nn;

import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.PendingProduct;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * A convolution over pictures that keeps their size, doubles it first, or halves it.
 *
 * @param weight [out channels, in channels, 1, kernel, kernel], the kernel odd
 * @param bias [out channels]
 */
public record Conv2d(Tensor weight, Tensor bias, ConvGeometry geometry) {
  private static final ConvGeometry HALF_SIZE = new ConvGeometry(1, 2, 2, 0, 0, 1, 0, 1);

  /** Reads {@code weight}, stored as [out channels, in channels, kernel, kernel], and bias. */
  public static Conv2d load(Weights weights, long inChannels, long outChannels, int kernel) {
    return new Conv2d(
        weights
            .get("weight", outChannels, inChannels, kernel, kernel)
            .reshape(outChannels, inChannels, 1, kernel, kernel),
        weights.get("bias", outChannels),
        ConvGeometry.causal(0, kernel / 2));
  }

  /** The same over doubled height and width, by nearest neighbour. */
  public Conv2d upsampled() {
    return new Conv2d(weight, bias, geometry.upsampled());
  }

  /** The same at every second row and column, with zeros below and to the right alone. */
  public Conv2d downsampled() {
    return new Conv2d(weight, bias, HALF_SIZE);
  }

  /** How many pixels away a pixel has an effect. */
  public int reach() {
    return weight.intSize(3) / 2;
  }

  /**
   * [pictures, height, width, in channels] to [pictures, height out, width out, out channels], each
   * for itself.
   */
  public Tensor forward(Ops ops, Tensor x) {
    return ops.conv3d(x, null, weight, bias, geometry);
  }

  /** Does what {@link #forward} does, for whoever adds the result to something at once. */
  public PendingProduct product(Ops ops, Tensor x) {
    return ops.conv3dProduct(x, null, weight, bias, geometry);
  }
}
