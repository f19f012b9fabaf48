package io.zoetrope.t5.encoder;

import io.zoetrope.nn.Linear;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
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

  /** Adds the result to {@code out}; both are [tokens, dim]. */
  void addInPlace(Ops ops, Tensor out, Tensor x) {
    try (var _ = ops.scope("DenseReluDense")) {
      Tensor gated = wi0.forward(ops, x, Activation.GELU_TANH);
      wi1.multiplyInPlace(ops, gated, x);
      wo.addInPlace(ops, out, gated, null);
    }
  }
}
