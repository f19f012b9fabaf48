package io.zoetrope.t5.encoder;

import io.zoetrope.nn.RmsNorm;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * One layer of the encoder ({@code T5Block} in transformers).
 *
 * @param attentionNorm {@code layer.0.layer_norm}
 * @param feedForwardNorm {@code layer.1.layer_norm}
 */
record T5Block(
    RmsNorm attentionNorm,
    T5Attention selfAttention,
    RmsNorm feedForwardNorm,
    T5FeedForward feedForward) {

  static T5Block load(Weights weights, T5Config config, boolean withBias) {
    Weights attention = weights.at("layer").at(0);
    Weights feedForward = weights.at("layer").at(1);
    return new T5Block(
        norm(attention, config),
        T5Attention.load(attention.at("SelfAttention"), config, withBias),
        norm(feedForward, config),
        T5FeedForward.load(feedForward.at("DenseReluDense"), config));
  }

  private static RmsNorm norm(Weights weights, T5Config config) {
    return RmsNorm.load(weights.at("layer_norm"), config.dModel(), config.layerNormEpsilon());
  }

  /**
   * Adds attention, then the feed-forward, each behind a norm.
   *
   * @param x [tokens, dim], changed in place
   * @param positionBias F32, [heads, tokens, tokens]
   */
  void forward(Ops ops, Tensor x, Tensor positionBias) {
    // 1. x = x + attention(norm(x))
    try (var _ = ops.scope()) {
      Tensor h = attentionNorm.forward(ops, x);
      ops.addInPlace(x, selfAttention.forward(ops, h, positionBias));
    }
    // 2. x = x + feedForward(norm(x))
    try (var _ = ops.scope()) {
      Tensor h = feedForwardNorm.forward(ops, x);
      ops.addInPlace(x, feedForward.forward(ops, h));
    }
  }
}
