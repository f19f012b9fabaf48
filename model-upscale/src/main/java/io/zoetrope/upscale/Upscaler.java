package io.zoetrope.upscale;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Renamed;
import io.zoetrope.weights.WeightSource;
import io.zoetrope.weights.WeightsException;

/** A network that enlarges pictures. */
public interface Upscaler {
  /**
   * Loads the network that a file holds; its kind and its sizes follow from names and shapes.
   *
   * @param device where weights are placed; nothing is computed
   * @param dtype F32 or BF16: of activations, and what wider weights are rounded to
   * @throws WeightsException if it is no network that is known, or a tensor is missing, has another
   *     shape, or is left over
   */
  static Upscaler load(WeightSource file, Backend device, DType dtype) {
    if (ResidualDenseNetwork.isIn(file)) {
      return ResidualDenseNetwork.load(file, device, dtype);
    }
    WeightSource published = new Renamed(file, RRDBNetNames.of(file.names())::published);
    if (RRDBNet.isIn(published)) {
      return RRDBNet.load(published, device, dtype);
    }
    throw new WeightsException(
        "%s holds no network that enlarges pictures: known are RRDBNet, as ESRGAN and Real-ESRGAN (x4plus, x2plus) publish it, and residual dense networks"
            .formatted(file.description()));
  }

  /** How many times as wide and as high a picture becomes. */
  int scale();

  /** Pixels that sides of a picture must be multiples of. */
  int multiple();

  /** How many pixels away a pixel can still have an effect, in rows and in columns. */
  int reach();

  /** F32 or BF16: what the network takes, computes in and gives. */
  DType dtype();

  /**
   * Enlarges a picture.
   *
   * @param picture [1, height, width, 3], values from 0 to 1, contiguous, on the device
   * @return [1, height * scale, width * scale, 3], not limited to 0 to 1, in the current scope
   */
  Tensor forward(Ops ops, Tensor picture);
}
