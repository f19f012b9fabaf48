package io.zoetrope.tools.cli;

import io.zoetrope.tensor.DType;
import java.util.Locale;

/** Number formats by the names that users know. */
enum Precision {
  F32(DType.F32),
  BF16(DType.BF16);

  private final DType dtype;

  Precision(DType dtype) {
    this.dtype = dtype;
  }

  DType dtype() {
    return dtype;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
