package io.zoetrope.nn;

import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * Timesteps as all blocks share them (adaLN-single; Chen et al., "PixArt-alpha", 2023, section 2.3;
 * {@code AdaLayerNormSingle} in diffusers). They are computed in F32 with unrounded weights.
 *
 * @param name of its weights, under which the results are shown
 */
public record AdaLayerNormSingle(
    String name, TimestepSinusoid timeProj, FeedForward timestepEmbedder, Linear linear) {
  /** Width of the timestep sinusoid. */
  private static final int FREQUENCIES = 256;

  /**
   * What timesteps become.
   *
   * @param embedded F32, [timesteps, dim]: modulates the output norm
   * @param modulation F32, [timesteps, 6, dim]: modulates the blocks
   */
  public record Time(TokenTimesteps timesteps, Tensor embedded, Tensor modulation) {}

  /** Reads the weights below {@code name}. */
  public static AdaLayerNormSingle load(Weights transformer, String name, long dim) {
    Weights weights = transformer.at(name).roundedTo(DType.F32);
    return new AdaLayerNormSingle(
        name,
        new TimestepSinusoid(FREQUENCIES, true, 0),
        FeedForward.loadEmbedder(
            weights.at("emb"), "timestep_embedder", FREQUENCIES, dim, Activation.SILU),
        Linear.load(weights.at("linear"), dim, Modulation.ROWS * dim));
  }

  /** Embeds the timesteps of a call; the result is in the current scope. */
  public Time forward(Ops ops, TokenTimesteps timesteps) {
    Tensor sinusoid = timeProj.forward(ops, timesteps.values());
    Tensor embedded = timestepEmbedder.forward(ops, sinusoid);
    Tensor rows = linear.forward(ops, ops.activate(embedded, Activation.SILU));
    timesteps.tap(ops, name + ".0", rows);
    timesteps.tap(ops, name + ".1", embedded);
    return new Time(timesteps, embedded, rows.reshape(-1, Modulation.ROWS, embedded.size(1)));
  }
}
