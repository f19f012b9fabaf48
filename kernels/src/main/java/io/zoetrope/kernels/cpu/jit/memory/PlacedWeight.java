package io.zoetrope.kernels.cpu.jit.memory;

import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.ops.HostBackend;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.HostStorage;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * A placed weight, with the packed forms that operations have made of it. They are made on first
 * use and are reachable only from here, so they go when the weight goes.
 *
 * <p>A weight that is stored wider than it is used is rounded while it is packed; a rounded copy is
 * only made for operations that take weights as they are, such as the norms.
 */
public final class PlacedWeight extends HostStorage {
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

  private final Tensor stored;
  private final DType dtype;
  private final ConcurrentMap<Part, PackedWeight> packed = new ConcurrentHashMap<>();
  private MemorySegment rounded;

  /**
   * A weight.
   *
   * @param stored contiguous, with an offset of its own in its storage
   * @param dtype that it is used in: the stored one, or a narrower one
   */
  public PlacedWeight(Tensor stored, DType dtype) {
    super(stored.segment());
    this.stored = stored;
    this.dtype = dtype;
  }

  /**
   * The elements of a contiguous tensor before any rounding: for operations that round what they
   * read of it anyway.
   */
  public static Tensor unrounded(Tensor weight) {
    if (weight.storage() instanceof PlacedWeight placed && placed.dtype != placed.stored.dtype()) {
      Tensor stored = placed.stored;
      return Tensor.contiguous(
          stored.storage(),
          stored.offset() + weight.offset(),
          stored.dtype(),
          weight.shape(),
          weight.lifetime());
    }
    return weight;
  }

  @Override
  public synchronized MemorySegment segment() {
    if (stored.dtype() == dtype) {
      return super.segment();
    }
    if (rounded == null) {
      rounded = HostBackend.rounded(stored, dtype).segment();
    }
    return rounded;
  }

  @Override
  public long byteSize() {
    return stored.count() * dtype.bytes();
  }

  /** Returns the packed forms that there are, for operations to look up and to add to. */
  public ConcurrentMap<Part, PackedWeight> packed() {
    return packed;
  }
}
