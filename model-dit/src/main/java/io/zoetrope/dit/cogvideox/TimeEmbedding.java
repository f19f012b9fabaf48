package io.zoetrope.dit.cogvideox;

import io.zoetrope.nn.FeedForward;
import io.zoetrope.nn.TimestepSinusoid;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * The timestep as all blocks take it. Models that take a picture in version 1.5 add the embedding
 * of a constant to it. It is F32 in any case.
 *
 * @param ofsProj null in models without that constant
 * @param ofsEmbedding null in models without that constant
 */
record TimeEmbedding(
    TimestepSinusoid timeProj,
    FeedForward timeEmbedding,
    TimestepSinusoid ofsProj,
    FeedForward ofsEmbedding) {
  /** What the reference's pipeline gives its transformer in every step. */
  private static final float OFS = 2;

  static TimeEmbedding load(Weights transformer, CogVideoXConfig config) {
    int dim = Math.toIntExact(config.innerDim());
    boolean hasOfs = config.ofsEmbedDim().isPresent();
    int ofsDim = config.ofsEmbedDim().orElse(0);
    return new TimeEmbedding(
        sinusoid(dim, config),
        embedder(transformer, "time_embedding", dim, config.timeEmbedDim()),
        hasOfs ? sinusoid(ofsDim, config) : null,
        hasOfs ? embedder(transformer, "ofs_embedding", ofsDim, ofsDim) : null);
  }

  private static TimestepSinusoid sinusoid(int channels, CogVideoXConfig config) {
    return new TimestepSinusoid(channels, config.flipSinToCos(), config.freqShift());
  }

  private static FeedForward embedder(Weights transformer, String name, int in, int dim) {
    return FeedForward.loadEmbedder(transformer, name, in, dim, Activation.SILU);
  }

  /** Embeds a timestep: F32, [1, time embed dim], activated, in the current scope. */
  Tensor forward(Ops ops, float timestep) {
    try (var scope = ops.scope()) {
      Tensor sinusoid = ops.tap("time_proj", timeProj.forward(ops, new float[] {timestep}));
      Tensor embedded = ops.tap("time_embedding", timeEmbedding.forward(ops, sinusoid));
      if (ofsEmbedding != null) {
        ops.tap("ofs", Tensor.of(new float[] {OFS}, 1));
        Tensor ofs = ops.tap("ofs_proj", ofsProj.forward(ops, new float[] {OFS}));
        Tensor added = ops.tap("ofs_embedding", ofsEmbedding.forward(ops, ofs));
        embedded = ops.add(embedded, added);
      }
      return scope.keep(ops.activate(embedded, Activation.SILU));
    }
  }
}
