package io.zoetrope.t5.encoder;

import io.zoetrope.nn.Linear;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.PendingProduct;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/** {@code wo(gelu(wi_0 x) * wi_1 x)} ({@code T5DenseGatedActDense} in transformers). */
record T5FeedForward(Linear wi0, Linear wi1, Linear wo) {
  static T5FeedForward load(Weights weights, T5Config config) {
    return new T5FeedForward(
        Linear.loadWithoutBias(weights.at("wi_0"), config.dModel(), config.dFf()),
        Linear.loadWithoutBias(weights.at("wi_1"), config.dModel(), config.dFf()),
        Linear.loadWithoutBias(weights.at("wo"), config.dFf(), config.dModel()));
  }

  /** [tokens, dim] to the same shape. */
  PendingProduct forward(Ops ops, Tensor x) {
    try (var scope = ops.scope("DenseReluDense")) {
      Tensor gated = wi0.forward(ops, x, Activation.GELU_TANH);
      wi1.multiplyInPlace(ops, gated, x);
      return scope.hold(wo.product(ops, gated));
    }
  }
}
