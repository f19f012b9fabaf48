package io.zoetrope.tensor;

/** A block of memory on some device. Only the device's backend looks inside. */
public interface Storage {
  /** Size in bytes. */
  long byteSize();
}
