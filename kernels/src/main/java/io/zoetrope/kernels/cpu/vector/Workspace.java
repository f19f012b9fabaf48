package io.zoetrope.kernels.cpu.vector;

/** Arrays that a thread keeps from one operation to the next. Their content is undefined. */
public final class Workspace {
  /** What a piece of a workspace is used for; pieces are distinct arrays. */
  enum Piece {
    /** Rows of the left matrix, or a window of the input of a convolution. */
    LEFT,
    /** A block of one panel of the right matrix. */
    PANEL,
    /** Panels of a weight that products read as it is stored. */
    PANELS,
    /** A block of results. */
    RESULT,
    /** Attention scores of a block of queries and keys. */
    SCORES,
    /** All keys of some heads, packed. */
    KEYS,
    /** All values of some heads, packed. */
    VALUES,
    /** What an activation computes on the way. */
    ACTIVATION,
    /** Elements that a result joins. */
    BASE,
    /** Vectors that apply to every row: bias, scale, and so on. */
    FIRST_VECTOR,
    SECOND_VECTOR
  }

  /** Elements of the staging arrays, and of a block of a memory-bound operation. */
  static final int BLOCK = 4096;

  /** Elements of 16 bits on their way between tensors and floats. */
  final short[] staging = new short[BLOCK];

  /** Pairs of 16-bit weights on their way from packed panels to floats. */
  final int[] pairs = new int[BLOCK];

  private final float[][] floats = new float[Piece.values().length][];

  /** An array of at least this size. */
  float[] floats(Piece piece, int size) {
    float[] array = floats[piece.ordinal()];
    if (array == null || array.length < size) {
      array = new float[size];
      floats[piece.ordinal()] = array;
    }
    return array;
  }
}
