package io.zoetrope.ops;

import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.HostStorage;
import io.zoetrope.tensor.Tensor;

/** Single elements of tensors in host memory; positions count from a tensor's first element. */
final class Elements {
  private Elements() {}

  static float get(Tensor tensor, long position) {
    return Conversions.toFloat(
        ((HostStorage) tensor.storage()).segment(), tensor.dtype(), tensor.offset() + position);
  }

  static void set(Tensor tensor, long position, double value) {
    Conversions.fromFloat(
        ((HostStorage) tensor.storage()).segment(),
        tensor.dtype(),
        tensor.offset() + position,
        (float) value);
  }
}
