package io.zoetrope.nn;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * A table of vectors.
 *
 * @param table [entries, features]
 */
public record Embedding(Tensor table) {
  /** Reads {@code weight}. */
  public static Embedding load(Weights weights, long entries, long features) {
    return new Embedding(weights.get("weight", entries, features));
  }

  /** One row per id: [ids, features]. */
  public Tensor forward(Ops ops, int[] ids, DType dtype) {
    return ops.embedding(table, ids, dtype);
  }
}
