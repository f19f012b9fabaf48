package io.zoetrope.encoding;

/**
 * Where the codes of a block lie among its bytes: in runs of bytes, each of which holds several
 * runs of as many neighbours, the first of them in the lowest bits.
 *
 * @param block neighbours of a block
 * @param bytes of a block
 * @param at where the codes begin in it
 * @param bits of a code: 2, 4 or 8
 * @param run neighbours of a run
 * @param isSigned whether codes of 8 bits are integers from -128 to 127, which a {@link CodeFormat}
 *     has as those from 0 on with 128 for zero
 * @param scale where the scale of all of the block lies, in F16, if it has no offset; {@link
 *     #ELSEWHERE} for {@link Encoding#scales} to tell
 */
public record CodePlane(
    int block, int bytes, int at, int bits, int run, boolean isSigned, int scale) {
  /** Scales have to be asked for. */
  public static final int ELSEWHERE = -1;

  /** A byte for each code of a group, and nothing else. */
  public static CodePlane ofBytes(int group, boolean isSigned) {
    return new CodePlane(group, group, 0, Byte.SIZE, group, isSigned, ELSEWHERE);
  }

  /** Whether blocks hold their scales as they are used. */
  public boolean hasScale() {
    return scale != ELSEWHERE;
  }
}
