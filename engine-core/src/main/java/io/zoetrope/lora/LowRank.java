package io.zoetrope.lora;

import io.zoetrope.encoding.StoredTensor;
import java.util.Arrays;

/**
 * The product of two factors: {@code scale * up @ down}. Each element is the sum of its products in
 * the order of the ranks, in float32, multiplied by the scale at the end and added to the weight.
 *
 * <p>Elements are asked for some rows at a time, by many threads, and every row needs all of {@code
 * down}. So the factors are decoded once and kept while their weight is read.
 */
final class LowRank implements Change {
  /**
   * Ranks whose products are added in one pass over the sums. With more arrays in its loop the
   * virtual machine's compiler makes no vector instructions of it, and the loop takes three times
   * as long.
   */
  private static final int RANKS = 4;

  private final StoredTensor down;
  private final StoredTensor up;
  private final float scale;
  private final RecentFactors recent;
  private final int rank;
  private final int columns;

  /**
   * A product.
   *
   * @param down [rank, columns...]
   * @param up [rows, rank]
   * @param recent keeps the factors while the weight is read
   */
  LowRank(StoredTensor down, StoredTensor up, float scale, RecentFactors recent) {
    this.down = down;
    this.up = up;
    this.scale = scale;
    this.recent = recent;
    rank = down.shape().intSize(0);
    columns = Math.toIntExact(down.count() / rank);
  }

  /**
   * Both factors as floats.
   *
   * @param down row by row
   * @param up all rows, one behind the other
   */
  record Factors(float[][] down, float[] up) {}

  /** Reads the factors. */
  Factors load() {
    float[][] rows = new float[rank][columns];
    for (int r = 0; r < rank; r++) {
      down.read((long) r * columns, rows[r], 0, columns);
    }
    float[] all = new float[Math.toIntExact(up.count())];
    up.read(0, all, 0, all.length);
    return new Factors(rows, all);
  }

  @Override
  public long keptBytes() {
    return (down.count() + up.count()) * Float.BYTES;
  }

  @Override
  public void apply(long first, int count, float[] out) {
    Factors factors = recent.get(this);
    float[] sums = new float[columns];
    int done = 0;
    while (done < count) {
      long index = first + done;
      int from = (int) (index % columns);
      int to = Math.min(columns, from + count - done);
      multiply(factors, (int) (index / columns), from, to, sums);
      for (int i = from; i < to; i++) {
        out[done + i - from] += scale * sums[i];
      }
      done += to - from;
    }
  }

  /** The sums of a range of columns in one row. */
  private void multiply(Factors factors, int row, int from, int to, float[] sums) {
    Arrays.fill(sums, from, to, 0);
    float[][] down = factors.down;
    int at = row * rank;
    int r = 0;
    for (; r + RANKS <= rank; r += RANKS) {
      addFour(factors.up, at + r, down, r, from, to, sums);
    }
    for (; r < rank; r++) {
      float u = factors.up[at + r];
      float[] d = down[r];
      for (int i = from; i < to; i++) {
        sums[i] += u * d[i];
      }
    }
  }

  private static void addFour(
      float[] up, int at, float[][] down, int r, int from, int to, float[] sums) {
    float u0 = up[at];
    float u1 = up[at + 1];
    float u2 = up[at + 2];
    float u3 = up[at + 3];
    float[] d0 = down[r];
    float[] d1 = down[r + 1];
    float[] d2 = down[r + 2];
    float[] d3 = down[r + 3];
    for (int i = from; i < to; i++) {
      float sum = sums[i] + u0 * d0[i];
      sum += u1 * d1[i];
      sum += u2 * d2[i];
      sum += u3 * d3[i];
      sums[i] = sum;
    }
  }
}
