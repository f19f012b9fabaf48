package io.zoetrope.pipeline.explain;

import io.zoetrope.ops.Tracer.Attending;
import io.zoetrope.tensor.Tensor;
import java.util.Arrays;

/**
 * The weights with which queries attend to keys, {@code softmax(scale q k^T + bias)}, query by
 * query: never more than a row of them for each head. A head's keys are transposed once, so that
 * the products of a query with all of them are sums of rows.
 */
final class AttentionRows {
  /** Hears of the weights of one query. */
  @FunctionalInterface
  interface Consumer {
    /**
     * One row.
     *
     * @param index of the query among those that were asked for
     * @param weights of all keys, which sum to 1; valid during the call only
     * @param entropy of the weights, in bits
     */
    void accept(int index, float[] weights, double entropy);
  }

  private static final double BIT = Math.log(2);

  private final Attending attending;
  private final int head;
  private final int headDim;
  private final int keys;
  private final float[] transposed;
  private final float[] weights;
  private final float[] bias;

  /** The rows of a head. */
  AttentionRows(Attending attending, int head) {
    this.attending = attending;
    this.head = head;
    this.headDim = attending.query().intSize(1) / attending.heads();
    this.keys = attending.key().intSize(0);
    this.transposed = ofHead(attending.key()).permute(1, 0).toFloats();
    this.weights = new float[keys];
    this.bias = new float[keys];
  }

  /** Bytes of what the rows of one head need. */
  static long bytes(long keys, long headDim) {
    return Float.BYTES * keys * (headDim + 2);
  }

  private Tensor ofHead(Tensor rows) {
    return rows.narrow(1, (long) head * headDim, headDim);
  }

  /** Computes the rows of some queries, one after the other. */
  void forEach(int[] queries, Consumer consumer) {
    readBias(0);
    for (int index = 0; index < queries.length; index++) {
      if (attending.bias() != null && attending.bias().size(1) > 1) {
        readBias(queries[index]);
      }
      consumer.accept(index, weights, softmax(queries[index]));
    }
  }

  private void readBias(int query) {
    if (attending.bias() != null) {
      Tensor ofHead = attending.bias().select(0, attending.bias().size(0) == 1 ? 0 : head);
      System.arraycopy(ofHead.narrow(0, query, 1).toFloats(), 0, bias, 0, keys);
    }
  }

  /** Computes a row of weights; returns its entropy. */
  private double softmax(int query) {
    float[] q = ofHead(attending.query().narrow(0, query, 1)).toFloats();
    Arrays.fill(weights, 0);
    for (int d = 0; d < headDim; d++) {
      addScaled(q[d], d * keys);
    }
    float most = Float.NEGATIVE_INFINITY;
    for (int key = 0; key < keys; key++) {
      weights[key] = attending.scale() * weights[key] + bias[key];
      most = Math.max(most, weights[key]);
    }
    double sum = 0;
    double weighted = 0;
    for (int key = 0; key < keys; key++) {
      double score = weights[key] - most;
      double power = Math.exp(score);
      weights[key] = (float) power;
      sum += power;
      weighted += power * score;
    }
    float share = (float) (1 / sum);
    for (int key = 0; key < keys; key++) {
      weights[key] *= share;
    }
    return (Math.log(sum) - weighted / sum) / BIT;
  }

  private void addScaled(float factor, int start) {
    for (int key = 0; key < keys; key++) {
      weights[key] += factor * transposed[start + key];
    }
  }
}
