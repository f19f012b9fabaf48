package io.zoetrope.dit.cache;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.Map;

/**
 * The part of a {@link StepCache#state} that belongs to one of several alike.
 *
 * @param entries of all of them
 * @param owner stands in front of the names of its entries
 */
record CacheState(Map<String, Tensor> entries, String owner) {
  /** Adds a number, which is kept to the bit. */
  void put(String name, double value) {
    Tensor number = Tensor.zeros(DType.F64, 1);
    number.segment().set(ValueLayout.JAVA_DOUBLE_UNALIGNED, 0, value);
    entries.put(owner + name, number);
  }

  /** Adds what is remembered, if it is known. */
  void put(String name, Remembered remembered) {
    if (remembered.isKnown()) {
      entries.put(owner + name, remembered.value());
    }
  }

  /**
   * A number.
   *
   * @throws IllegalArgumentException if there is none
   */
  double number(String name) {
    Tensor number = entries.get(owner + name);
    if (number == null || number.dtype() != DType.F64 || number.count() != 1) {
      throw new IllegalArgumentException(
          "step cache: the number '%s%s' is missing".formatted(owner, name));
    }
    return number.segment().get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 0);
  }

  /** Remembers what was remembered, if it was known. */
  void restore(Ops ops, String name, Remembered remembered) {
    Tensor value = entries.get(owner + name);
    if (value != null) {
      remembered.set(ops, value);
    }
  }
}
