package io.zoetrope.ops;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.HostStorage;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * A weight that was placed on a backend in host memory. It stays where it is stored: products read
 * it piece by piece while they pack it, by way of {@link WeightElements}. Operations that take a
 * weight as it is, such as the norms, get a copy of the numbers in memory, made on first use.
 */
public class HostWeight extends HostStorage {
  private final StoredTensor stored;
  private final DType dtype;
  private final Residence residence;
  private MemorySegment numbers;

  /**
   * A weight.
   *
   * @param dtype that it is used in, as {@link StoredTensor#used} says
   * @param residence what products keep of it
   */
  protected HostWeight(StoredTensor stored, DType dtype, Residence residence) {
    super(MemorySegment.NULL);
    this.stored = stored;
    this.dtype = dtype;
    this.residence = residence;
  }

  /** All of the weight as a tensor. */
  public final Tensor tensor() {
    return Tensor.contiguous(this, 0, dtype, stored.shape(), stored.lifetime());
  }

  @Override
  public final synchronized MemorySegment segment() {
    if (numbers == null) {
      numbers = stored.in(dtype).segment();
    }
    return numbers;
  }

  @Override
  public final long byteSize() {
    return stored.count() * dtype.bytes();
  }

  @Override
  public final boolean isReadAnew() {
    return residence.isStored(stored);
  }

  @Override
  public final long heldBytes(long bytes) {
    return isReadAnew() ? stored.heldBytes(bytes / dtype.bytes()) : bytes;
  }

  @Override
  public final String name() {
    return stored.name();
  }

  /** The weight as it is stored. */
  final StoredTensor stored() {
    return stored;
  }

  /** What it is used in. */
  final DType dtype() {
    return dtype;
  }
}
