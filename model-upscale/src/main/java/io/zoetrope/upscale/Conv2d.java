package io.zoetrope.upscale;

import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.PendingProduct;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.WeightSource;
import io.zoetrope.weights.Weights;
import io.zoetrope.weights.WeightsException;

/**
 * A convolution over pictures that keeps their size, or doubles it first.
 *
 * @param weight [out channels, in channels, 1, kernel, kernel], the kernel odd
 * @param bias [out channels]
 */
record Conv2d(Tensor weight, Tensor bias, ConvGeometry geometry) {
  /** Reads {@code weight}, stored as [out channels, in channels, kernel, kernel], and bias. */
  static Conv2d load(Weights weights, long inChannels, long outChannels, int kernel) {
    return new Conv2d(
        weights
            .get("weight", outChannels, inChannels, kernel, kernel)
            .reshape(outChannels, inChannels, 1, kernel, kernel),
        weights.get("bias", outChannels),
        ConvGeometry.causal(0, kernel / 2));
  }

  /** The shape of a convolution's weight as it is stored, of rank 4. */
  static Shape shape(WeightSource file, String name) {
    Shape shape = file.tensor(name + ".weight").shape();
    if (shape.rank() != 4) {
      throw new WeightsException(
          "tensor '%s.weight' in %s has shape %s, a convolution's has rank 4"
              .formatted(name, file.description(), shape));
    }
    return shape;
  }

  /** The same over doubled height and width, by nearest neighbour. */
  Conv2d upsampled() {
    return new Conv2d(weight, bias, geometry.upsampled());
  }

  /** How many pixels away a pixel has an effect. */
  int reach() {
    return weight.intSize(3) / 2;
  }

  /** [1, height, width, in channels] to [1, height out, width out, out channels]. */
  Tensor forward(Ops ops, Tensor x) {
    return ops.conv3d(x, null, weight, bias, geometry);
  }

  /** Does what {@link #forward} does, for whoever adds the result to something at once. */
  PendingProduct product(Ops ops, Tensor x) {
    return ops.conv3dProduct(x, null, weight, bias, geometry);
  }
}
