package io.zoetrope.kernels.cuda.memory;

import io.zoetrope.tensor.DType;
import java.util.function.LongSupplier;

/** A matrix that stays on the device as it is stored, and is decoded anew for those who read it. */
public final class StoredWeight {
  /** Starts the kernel that decodes. */
  @FunctionalInterface
  public interface Decoder {
    /**
     * Decodes neighbours.
     *
     * @param to address that takes them
     * @param dtype F32 or BF16, which they are rounded to
     * @param stored address of what {@link StoredForm} says
     * @param first index of the first one, a multiple of the size of a row
     */
    void decode(StoredForm form, long to, DType dtype, long stored, long first, long count);
  }

  private final StoredForm form;
  private final DType dtype;
  private final LongSupplier stored;
  private final DecodingSlot slot;

  /**
   * A matrix.
   *
   * @param dtype of its numbers once they are decoded
   * @param stored where it lies for the next launch
   * @param slot is told of it already
   */
  StoredWeight(StoredForm form, DType dtype, LongSupplier stored, DecodingSlot slot) {
    this.form = form;
    this.dtype = dtype;
    this.stored = stored;
    this.slot = slot;
  }

  /** Bytes that it takes on the device. */
  long bytes() {
    return form.bytes();
  }

  /** Bytes of all its numbers. */
  long decodedBytes() {
    return form.weight().count() * dtype.bytes();
  }

  /** Returns where its numbers are for the next launch. */
  long address() {
    return slot.holding(this);
  }

  /** Decodes all of it. */
  void decode(long to) {
    decode(to, 0, form.weight().count());
  }

  /**
   * Decodes neighbours to an address.
   *
   * @param first index of the first one, a multiple of the size of a row
   */
  public void decode(long to, long first, long count) {
    slot.decoder().decode(form, to, dtype, stored.getAsLong(), first, count);
  }
}
