package io.zoetrope.kernels.cpu.vector;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.ops.HostWeight;
import io.zoetrope.ops.Residence;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * A placed weight, with the packed forms that operations have made of it. They are made on first
 * use and are reachable only from here, so they go when the weight goes.
 */
final class PlacedWeight extends HostWeight {
  /** Which part of the storage was packed, and as which matrix. */
  record Part(long offset, Shape shape) {}

  private final ConcurrentMap<Part, PackedMatrix> packed = new ConcurrentHashMap<>();

  PlacedWeight(StoredTensor stored, DType dtype, Residence residence) {
    super(stored, dtype, residence);
  }

  ConcurrentMap<Part, PackedMatrix> packed() {
    return packed;
  }
}
