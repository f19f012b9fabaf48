package io.zoetrope.dit.wan;

import io.zoetrope.nn.FeedForward;
import io.zoetrope.nn.LayerNorm;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * Projects the image encoder's features to the width of the tokens ({@code WanImageEmbedding} in
 * diffusers).
 *
 * @param posEmbed [1, image tokens, image dim], or null; present in models that take two pictures
 */
record ImageEmbedding(Tensor posEmbed, LayerNorm norm1, FeedForward ff, LayerNorm norm2) {
  /** These norms keep torch's default eps, not the transformer's. */
  private static final float EPS = 1e-5f;

  static ImageEmbedding load(Weights weights, WanConfig config) {
    Weights exact = weights.roundedTo(DType.F32);
    int imageDim = config.imageDim().getAsInt();
    long dim = config.innerDim();
    return new ImageEmbedding(
        config.posEmbedSeqLen().isPresent()
            ? weights.get("pos_embed", 1, config.posEmbedSeqLen().getAsInt(), imageDim)
            : null,
        LayerNorm.load(exact.at("norm1"), imageDim, EPS),
        FeedForward.load(weights, "ff", imageDim, imageDim, dim, Activation.GELU_ERF),
        LayerNorm.load(exact.at("norm2"), dim, EPS));
  }

  /** [image tokens, image dim], the tokens of two pictures one after the other, to [.., dim]. */
  Tensor forward(Ops ops, Tensor x) {
    try (var scope = ops.scope("image_embedder")) {
      if (posEmbed != null) {
        x = ops.add(x, ops.cast(posEmbed, x.dtype()).reshape(-1, posEmbed.size(2)));
      }
      x = norm1.forward(ops, x);
      x = ff.forward(ops, x);
      return scope.keep(norm2.forward(ops, x));
    }
  }
}
