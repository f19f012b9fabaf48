package io.zoetrope.kernels.cpu.jit;

import io.zoetrope.tensor.HostStorage;
import io.zoetrope.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Memory of a placed weight, with the packed forms that operations have made of it. They are made
 * on first use and are reachable only from here, so they go when the weight goes.
 */
final class PlacedWeight extends HostStorage {
  /** Which part of the storage was packed, and for which products. */
  record Part(long offset, Shape shape, ProductOperands operands) {}

  private final ConcurrentMap<Part, PackedWeight> packed = new ConcurrentHashMap<>();

  PlacedWeight(MemorySegment segment) {
    super(segment);
  }

  ConcurrentMap<Part, PackedWeight> packed() {
    return packed;
  }
}
