package io.zoetrope.kernels.cpu.jit.memory;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
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
public final class PlacedWeight extends HostWeight {
  /**
   * Which part of the storage was packed, and for which products.
   *
   * @param transformed whether as kernels of minimal filtering
   */
  public record Part(
      long offset,
      Shape shape,
      InstructionSet set,
      ProductOperands operands,
      boolean transformed) {}

  private final ConcurrentMap<Part, PackedWeight> packed = new ConcurrentHashMap<>();

  /** Makes a weight that is used in a dtype, as {@link StoredTensor#used} says. */
  public PlacedWeight(StoredTensor stored, DType dtype, Residence residence) {
    super(stored, dtype, residence);
  }

  /** Returns the packed forms that there are, for operations to look up and to add to. */
  public ConcurrentMap<Part, PackedWeight> packed() {
    return packed;
  }
}
