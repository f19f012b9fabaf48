package io.zoetrope.nn;

import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.PendingProduct;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * Two linear maps with an activation between: {@code FeedForward}, {@code TimestepEmbedding} and
 * {@code PixArtAlphaTextProjection} in diffusers.
 *
 * @param name of its scope, which is also the name of its weights
 * @param first in features to hidden features
 * @param activation what stands between the two maps
 * @param second hidden features to out features
 */
public record FeedForward(String name, Linear first, Activation activation, Linear second) {
  /** A {@code FeedForward}, which calls its layers {@code net.0.proj} and {@code net.2}. */
  public static FeedForward load(
      Weights weights, String name, long in, long hidden, long out, Activation activation) {
    Weights net = weights.at(name).at("net");
    return new FeedForward(
        name,
        Linear.load(net.at(0).at("proj"), in, hidden),
        activation,
        Linear.load(net.at(2), hidden, out));
  }

  /** An embedder of dim features, which calls its layers {@code linear_1} and {@code linear_2}. */
  public static FeedForward loadEmbedder(
      Weights weights, String name, long in, long dim, Activation activation) {
    Weights embedder = weights.at(name);
    return new FeedForward(
        name,
        Linear.load(embedder.at("linear_1"), in, dim),
        activation,
        Linear.load(embedder.at("linear_2"), dim, dim));
  }

  /** [tokens, in features] to [tokens, out features]. */
  public Tensor forward(Ops ops, Tensor x) {
    try (var scope = ops.scope(name)) {
      Tensor hidden = first.forward(ops, x, activation);
      return scope.keep(second.forward(ops, hidden));
    }
  }

  /** Does what {@link #forward} does, for whoever adds the result to something at once. */
  public PendingProduct product(Ops ops, Tensor x) {
    try (var scope = ops.scope(name)) {
      Tensor hidden = first.forward(ops, x, activation);
      return scope.hold(second.product(ops, hidden));
    }
  }
}
