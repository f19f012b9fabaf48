package io.zoetrope.ops;

import io.zoetrope.encoding.StoredTensor;

/**
 * In which form a placed weight lies in memory from one product to the next. Matrices have a
 * choice; vectors are small, and kernels of convolutions are always packed.
 */
public enum Residence {
  /**
   * As it is multiplied by: read, decoded and packed by the first product, and kept for all further
   * ones.
   */
  PACKED,

  /**
   * As it is stored: each product reads and decodes it anew, piece by piece, and keeps nothing of
   * it. A weight in a file takes no memory then, a quantized one as little as its bytes. Results
   * are those of a packed one, to the bit.
   */
  STORED;

  /** Whether products read a weight of this residence anew. */
  boolean isStored(StoredTensor weight) {
    return this == STORED && weight.shape().rank() == 2;
  }
}
