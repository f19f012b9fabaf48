package io.zoetrope.nn;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;

/**
 * Layer norm without weights, whose shift and scale come from the timestep (adaLN; Peebles and Xie,
 * 2023, section 3.2). It is computed in F32 and rounded once.
 *
 * @param name of its scope
 * @param eps added to the variance
 */
public record AdaLayerNorm(String name, float eps) {
  /**
   * {@code layerNorm(x) * (1 + scale) + shift}.
   *
   * @param x [tokens, dim]
   * @param shift F32, [timesteps, dim]
   * @param scale F32, [timesteps, dim]
   * @return [tokens, dim], in the current scope
   */
  public Tensor forward(Ops ops, Tensor x, Tensor shift, Tensor scale, TokenTimesteps timesteps) {
    try (var scope = ops.scope(name)) {
      Tensor tokenShift = timesteps.spread(ops, shift);
      Tensor tokenScale = timesteps.spread(ops, scale);
      return scope.keep(ops.adaLayerNorm(x, tokenShift, tokenScale, eps));
    }
  }
}
