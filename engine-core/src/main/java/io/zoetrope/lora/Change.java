package io.zoetrope.lora;

/** Something that is added to the elements of a weight while they are read, in float32. */
interface Change {
  /**
   * Adds it to neighbouring elements. What an element becomes depends neither on how many are asked
   * for nor on who asks for others.
   *
   * @param first index of the first one in the weight, in row-major order
   * @param count how many
   * @param out holds them from index 0 on
   */
  void addTo(long first, int count, float[] out);

  /** Bytes of memory that it keeps while the weight is read. */
  long keptBytes();
}
