package io.zoetrope.upscale;

import io.zoetrope.tensor.Shape;
import io.zoetrope.weights.WeightSource;
import io.zoetrope.weights.WeightsException;

/** What the file of a network without configuration tells about its convolutions. */
final class ConvolutionShape {
  private ConvolutionShape() {}

  /** The shape of a convolution's weight as it is stored, of rank 4. */
  static Shape of(WeightSource file, String name) {
    Shape shape = file.tensor(name + ".weight").shape();
    if (shape.rank() != 4) {
      throw new WeightsException(
          "tensor '%s.weight' in %s has shape %s, a convolution's has rank 4"
              .formatted(name, file.description(), shape));
    }
    return shape;
  }
}
