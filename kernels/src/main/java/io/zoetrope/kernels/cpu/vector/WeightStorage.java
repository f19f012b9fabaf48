package io.zoetrope.kernels.cpu.vector;

import io.zoetrope.tensor.HostStorage;
import io.zoetrope.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Memory of a placed weight, with the packed forms that operations have made of it. They are made
 * on first use and are reachable only from here, so they go when the weight goes.
 */
final class WeightStorage extends HostStorage {
  /** Which part of the storage was packed, and as which matrix. */
  record Part(long offset, Shape shape) {}

  private final ConcurrentMap<Part, PackedMatrix> packed = new ConcurrentHashMap<>();

  WeightStorage(MemorySegment segment) {
    super(segment);
  }

  ConcurrentMap<Part, PackedMatrix> packed() {
    return packed;
  }
}
