package io.zoetrope.tensor;

/** A block of memory on some device. Only the device's backend looks inside. */
public interface Storage {
  /** Size in bytes. */
  long byteSize();

  /**
   * Whether it is a weight that products read as it is stored, each of them anew: they keep no
   * other form of it.
   */
  default boolean isReadAnew() {
    return false;
  }

  /**
   * Bytes of memory that a part of it takes.
   *
   * @param bytes of the part's elements
   */
  default long heldBytes(long bytes) {
    return bytes;
  }

  /** Name of the weight that it holds, for errors; empty if there is none. */
  default String name() {
    return "";
  }
}
