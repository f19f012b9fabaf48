package io.zoetrope.vae.ltx;

import io.zoetrope.ops.Buffers;
import io.zoetrope.ops.Ops;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;

/**
 * What layers get ready for a clip, or a tile of one, before its first chunk.
 *
 * @param held where it stays until the last chunk is done
 * @param dtype of the clip's activations
 * @param noise where layers take noise from, in their order
 */
record Clip(Ops ops, Buffers held, DType dtype, NoiseSource noise) {
  /** Memory for what stays. */
  Tensor hold(Shape shape) {
    return held.allocate(dtype, shape);
  }
}
