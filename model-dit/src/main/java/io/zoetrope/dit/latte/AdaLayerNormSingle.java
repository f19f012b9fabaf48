package io.zoetrope.dit.latte;

import io.zoetrope.nn.FeedForward;
import io.zoetrope.nn.Linear;
import io.zoetrope.nn.Modulation;
import io.zoetrope.nn.TimestepSinusoid;
import io.zoetrope.nn.TokenTimesteps;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * The timestep as all blocks share it (adaLN-single; Chen et al., "PixArt-alpha", 2023, section
 * 2.3; {@code AdaLayerNormSingle} in diffusers). It is computed in F32 with unrounded weights.
 */
record AdaLayerNormSingle(TimestepSinusoid timeProj, FeedForward timestepEmbedder, Linear linear) {
  private static final String NAME = "adaln_single";

  /** Width of the timestep sinusoid. */
  private static final int FREQUENCIES = 256;

  /**
   * What a timestep becomes.
   *
   * @param embedded F32, [1, dim]: modulates the output norm
   * @param modulation F32, [1, 6, dim]: modulates the blocks
   */
  record Time(TokenTimesteps timesteps, Tensor embedded, Tensor modulation) {}

  static AdaLayerNormSingle load(Weights transformer, long dim) {
    Weights weights = transformer.at(NAME).roundedTo(DType.F32);
    return new AdaLayerNormSingle(
        new TimestepSinusoid(FREQUENCIES, true, 0),
        FeedForward.loadEmbedder(
            weights.at("emb"), "timestep_embedder", FREQUENCIES, dim, Activation.SILU),
        Linear.load(weights.at("linear"), dim, Modulation.ROWS * dim));
  }

  /** Embeds a timestep that all tokens share; the result is in the current scope. */
  Time forward(Ops ops, float timestep) {
    TokenTimesteps timesteps = TokenTimesteps.of(timestep);
    Tensor sinusoid = timeProj.forward(ops, timesteps.values());
    Tensor embedded = timestepEmbedder.forward(ops, sinusoid);
    Tensor rows = linear.forward(ops, ops.activate(embedded, Activation.SILU));
    ops.tap(NAME + ".0", rows);
    ops.tap(NAME + ".1", embedded);
    return new Time(timesteps, embedded, rows.reshape(1, Modulation.ROWS, embedded.size(1)));
  }
}
