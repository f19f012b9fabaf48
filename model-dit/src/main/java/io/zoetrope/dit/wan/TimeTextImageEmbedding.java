package io.zoetrope.dit.wan;

import io.zoetrope.nn.FeedForward;
import io.zoetrope.nn.Linear;
import io.zoetrope.nn.Modulation;
import io.zoetrope.nn.TimestepSinusoid;
import io.zoetrope.nn.TokenTimesteps;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * Embeds what the video is conditioned on ({@code WanTimeTextImageEmbedding} in diffusers).
 *
 * @param imageEmbedder null in models without an image branch
 */
record TimeTextImageEmbedding(
    TimestepSinusoid timestepsProj,
    FeedForward timeEmbedder,
    Linear timeProj,
    FeedForward textEmbedder,
    ImageEmbedding imageEmbedder) {
  private static final String NAME = "condition_embedder";

  /**
   * What the timesteps of a call become.
   *
   * @param temb F32, [timesteps, dim]: modulates the output norm
   * @param timestepProj F32, [timesteps, 6, dim]: modulates the blocks
   */
  record Time(TokenTimesteps timesteps, Tensor temb, Tensor timestepProj) {}

  static TimeTextImageEmbedding load(Weights transformer, WanConfig config) {
    Weights weights = transformer.at(NAME);
    Weights exact = weights.roundedTo(DType.F32);
    long dim = config.innerDim();
    return new TimeTextImageEmbedding(
        new TimestepSinusoid(config.freqDim(), true, 0),
        FeedForward.loadEmbedder(exact, "time_embedder", config.freqDim(), dim, Activation.SILU),
        Linear.load(weights.at("time_proj"), dim, Modulation.ROWS * dim),
        FeedForward.loadEmbedder(
            weights, "text_embedder", config.textDim(), dim, Activation.GELU_TANH),
        config.imageDim().isPresent()
            ? ImageEmbedding.load(weights.at("image_embedder"), config)
            : null);
  }

  /**
   * Embeds timesteps: in F32 up to {@code temb}, which is rounded to {@code dtype}; from there on
   * in {@code dtype}. The modulation made of both is computed in F32 again.
   */
  Time time(Ops ops, TokenTimesteps timesteps, DType dtype) {
    long dim = timeProj.weight().size(1);
    Tensor temb = ops.allocate(DType.F32, Shape.of(timesteps.values().length, dim));
    Tensor timestepProj = ops.allocate(DType.F32, Shape.of(temb.size(0), Modulation.ROWS, dim));
    try (var _ = ops.scope(NAME)) {
      Tensor sinusoid = timestepsProj.forward(ops, timesteps.values());
      timesteps.tap(ops, "timesteps_proj", sinusoid);

      Tensor embedded = timeEmbedder.forward(ops, sinusoid);
      timesteps.tap(ops, "time_embedder", embedded);
      Tensor rounded = ops.cast(embedded, dtype);
      ops.copyInto(temb, rounded);

      Tensor projected = timeProj.forward(ops, ops.activate(rounded, Activation.SILU));
      timesteps.tap(ops, "time_proj", projected);
      ops.copyInto(timestepProj, projected.reshape(-1, Modulation.ROWS, dim));
    }
    return new Time(timesteps, temb, timestepProj);
  }

  /** [text tokens, text dim] to [text tokens, dim]. */
  Tensor text(Ops ops, Tensor promptEmbeds) {
    try (var scope = ops.scope(NAME)) {
      return scope.keep(ops.tap("text_embedder", textEmbedder.forward(ops, promptEmbeds)));
    }
  }

  /** [image tokens, image dim] to [image tokens, dim]. */
  Tensor image(Ops ops, Tensor imageEmbeds) {
    try (var scope = ops.scope(NAME)) {
      return scope.keep(ops.tap("image_embedder", imageEmbedder.forward(ops, imageEmbeds)));
    }
  }
}
