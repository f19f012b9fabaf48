package io.zoetrope.nn;

import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * Group normalisation with learned weight and bias.
 *
 * @param weight [channels]
 * @param bias [channels]
 */
public record GroupNorm(Tensor weight, Tensor bias, int groups, float eps) {
  /** Reads {@code weight} and {@code bias}. */
  public static GroupNorm load(Weights weights, long channels, int groups, float eps) {
    return new GroupNorm(
        weights.get("weight", channels), weights.get("bias", channels), groups, eps);
  }

  /** [samples, any positions, channels] to the same shape, each sample for itself. */
  public Tensor forward(Ops ops, Tensor x, Activation activation) {
    return ops.groupNorm(x, weight, bias, groups, eps, activation);
  }
}
