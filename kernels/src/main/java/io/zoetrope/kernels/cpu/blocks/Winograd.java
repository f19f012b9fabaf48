package io.zoetrope.kernels.cpu.blocks;

/**
 * Minimal filtering F(4x4, 3x3) (Winograd, 1980; Lavin and Gray, 2015, arXiv:1509.09308): 4 x 4
 * results of a 3 x 3 kernel from a window of 6 x 6 by 36 multiplications instead of 144, as {@code
 * A'[(G g G') * (B' d B)]A}.
 *
 * <p>The polynomials are taken at 0, at plus and minus the square root of 2, at plus and minus its
 * reciprocal, and at infinity. All numbers in the matrices are of moderate size then: errors in
 * float32 are about 3 times those of the direct form (root of the mean square, both as generated
 * code computes them; normal values, 48 channels), and about half of those with the usual points 0,
 * 1, -1, 2, -2.
 */
public final class Winograd {
  /** Rows and columns of a kernel. */
  public static final int KERNEL = 3;

  /** Rows and columns of the results of a window. */
  public static final int TILE = 4;

  /** Rows and columns of a window. */
  public static final int WINDOW = TILE + KERNEL - 1;

  /** Products that a window takes. */
  public static final int POSITIONS = WINDOW * WINDOW;

  /** One point of each pair, the larger one first. */
  private static final double[] PAIRS = {Math.sqrt(2), Math.sqrt(0.5)};

  private Winograd() {}

  /** What is transformed: {@code T x T'} with a matrix T for each. */
  public enum Part {
    /** Windows of the input: B', 6 x 6. */
    INPUT(input()),
    /** Kernels: G, 6 x 3. */
    WEIGHT(weight()),
    /** Sums of products: A', 4 x 6. */
    RESULT(result());

    private final float[][] matrix;

    Part(double[][] matrix) {
      this.matrix = new float[matrix.length][];
      for (int row = 0; row < matrix.length; row++) {
        this.matrix[row] = new float[matrix[row].length];
        for (int column = 0; column < matrix[row].length; column++) {
          this.matrix[row][column] = (float) matrix[row][column];
        }
      }
    }

    /** Rows and columns of what comes in. */
    public int in() {
      return matrix[0].length;
    }

    /** Rows and columns of what comes out. */
    public int out() {
      return matrix.length;
    }

    /**
     * A coefficient of T. Rows 1 and 2, and 3 and 4, of B' and G belong to a pair of points: they
     * are the same in even columns and each other's negative in odd ones. So are these columns of
     * A', with its rows.
     */
    public float at(int row, int column) {
      return matrix[row][column];
    }
  }

  /** {@code (point - other)(point + other)}, of a point and one of the pair that it is not of. */
  private static double others(double point, double other) {
    return point * point - other * other;
  }

  /** Coefficients of the product of (x - point) over all points but that of the row. */
  private static double[][] input() {
    double[][] rows = new double[WINDOW][];
    double p = PAIRS[0] * PAIRS[0];
    double q = PAIRS[1] * PAIRS[1];
    rows[0] = new double[] {p * q, 0, -(p + q), 0, 1, 0};
    for (int pair = 0; pair < PAIRS.length; pair++) {
      double point = PAIRS[pair];
      double other = pair == 0 ? q : p;
      rows[1 + 2 * pair] = new double[] {0, -point * other, -other, point, 1, 0};
      rows[2 + 2 * pair] = new double[] {0, point * other, -other, -point, 1, 0};
    }
    rows[WINDOW - 1] = new double[] {0, p * q, 0, -(p + q), 0, 1};
    return rows;
  }

  /** Powers of the row's point, over the product of its distances to all others. */
  private static double[][] weight() {
    double[][] rows = new double[WINDOW][];
    double p = PAIRS[0] * PAIRS[0];
    double q = PAIRS[1] * PAIRS[1];
    rows[0] = new double[] {1 / (p * q), 0, 0};
    for (int pair = 0; pair < PAIRS.length; pair++) {
      double point = PAIRS[pair];
      double distances = 2 * point * point * others(point, PAIRS[1 - pair]);
      rows[1 + 2 * pair] =
          new double[] {1 / distances, point / distances, point * point / distances};
      rows[2 + 2 * pair] =
          new double[] {1 / distances, -point / distances, point * point / distances};
    }
    rows[WINDOW - 1] = new double[] {0, 0, 1};
    return rows;
  }

  /** Powers of the column's point. */
  private static double[][] result() {
    double[][] rows = new double[TILE][WINDOW];
    for (int power = 0; power < TILE; power++) {
      rows[power][0] = power == 0 ? 1 : 0;
      for (int pair = 0; pair < PAIRS.length; pair++) {
        double value = Math.pow(PAIRS[pair], power);
        rows[power][1 + 2 * pair] = value;
        rows[power][2 + 2 * pair] = power % 2 == 0 ? value : -value;
      }
      rows[power][WINDOW - 1] = power == TILE - 1 ? 1 : 0;
    }
    return rows;
  }
}
