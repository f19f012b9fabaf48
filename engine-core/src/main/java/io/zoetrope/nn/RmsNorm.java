package io.zoetrope.nn;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * Root mean square normalisation with learned weight.
 *
 * @param weight [features]
 */
public record RmsNorm(Tensor weight, float eps) {
  /** Reads {@code weight}. */
  public static RmsNorm load(Weights weights, long features, float eps) {
    return new RmsNorm(weights.get("weight", features), eps);
  }

  /** [..., features] to the same shape. */
  public Tensor forward(Ops ops, Tensor x) {
    return ops.rmsNorm(x, weight, eps);
  }
}
