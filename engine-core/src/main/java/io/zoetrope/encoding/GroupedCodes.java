package io.zoetrope.encoding;

/**
 * Codes of neighbours and what their groups are scaled with, as a {@link CodeFormat} says. The
 * arrays are kept from one use to the next.
 */
public final class GroupedCodes {
  private byte[] codes = {};
  private float[] scales = {};
  private float[] offsets = {};

  /**
   * Makes room; what there was before is void.
   *
   * @param count elements
   * @param groups of them
   */
  public void prepare(int count, int groups) {
    if (codes.length < count) {
      codes = new byte[count];
    }
    if (scales.length < groups) {
      scales = new float[groups];
      offsets = new float[groups];
    }
  }

  /** Codes, from index 0 on. */
  public byte[] codes() {
    return codes;
  }

  /** Scales of the groups, from index 0 on. */
  public float[] scales() {
    return scales;
  }

  /** Offsets of the groups, from index 0 on. */
  public float[] offsets() {
    return offsets;
  }
}
