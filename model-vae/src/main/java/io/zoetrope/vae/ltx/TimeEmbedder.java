package io.zoetrope.vae.ltx;

import io.zoetrope.nn.FeedForward;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * A timestep as shifts and scales of channels ({@code PixArtAlphaCombinedTimestepSizeEmbeddings} in
 * diffusers, without sizes).
 *
 * @param embedder sinusoid to rows * channels
 * @param rows how many vectors it makes
 */
record TimeEmbedder(FeedForward embedder, int rows) {
  private static final int SINUSOID = 256;

  /** Reads {@code time_embedder}; null where the timestep is not told. */
  static TimeEmbedder load(Weights weights, int rows, long channels, BlockKind kind) {
    return kind.timestepConditioning()
        ? new TimeEmbedder(
            FeedForward.loadEmbedder(
                weights.at("time_embedder"),
                "timestep_embedder",
                SINUSOID,
                rows * channels,
                Activation.SILU),
            rows)
        : null;
  }

  /**
   * Embeds a timestep.
   *
   * @param embedder null where the timestep is not told
   * @param timestep F32, [1]
   * @return [rows, channels] in the current scope; null without embedder
   */
  static Tensor embed(TimeEmbedder embedder, Clip clip, Tensor timestep) {
    if (embedder == null) {
      return null;
    }
    Ops ops = clip.ops();
    Tensor sinusoid = ops.timestepEmbedding(timestep, SINUSOID, true, 0);
    Tensor embedded = embedder.embedder.forward(ops, ops.cast(sinusoid, clip.dtype()));
    return embedded.reshape(embedder.rows, -1);
  }
}
