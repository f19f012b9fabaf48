package io.zoetrope.nn;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * Layer normalisation with learned weight and bias.
 *
 * @param weight [features]
 * @param bias [features]
 */
public record LayerNorm(Tensor weight, Tensor bias, float eps) {
  /** Reads {@code weight} and {@code bias}. */
  public static LayerNorm load(Weights weights, long features, float eps) {
    return new LayerNorm(weights.get("weight", features), weights.get("bias", features), eps);
  }

  /** [..., features] to the same shape. */
  public Tensor forward(Ops ops, Tensor x) {
    return ops.layerNorm(x, weight, bias, eps);
  }
}
