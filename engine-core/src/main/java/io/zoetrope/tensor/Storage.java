package io.zoetrope.tensor;

/** A block of memory on some device. Only the device's backend looks inside. */
public interface Storage {
  /** Size in bytes. */
  long byteSize();

  /** Name of the weight that it holds, for errors; empty if there is none. */
  default String name() {
    return "";
  }
}
