package io.zoetrope.dit.wan;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;

/**
 * Layer norm without weights; shift and scale come from the timestep. Computed in F32 and rounded
 * once.
 */
record AdaLayerNorm(String name, float eps) {
  /**
   * {@code layerNorm(x) * (1 + scale) + shift}.
   *
   * @param x [tokens, dim]
   * @param shift F32, [timesteps, dim]
   * @param scale F32, [timesteps, dim]
   */
  Tensor forward(Ops ops, Tensor x, Tensor shift, Tensor scale, TokenTimesteps timesteps) {
    ops.tap(name, () -> ops.layerNorm(x, null, null, eps));
    try (var scope = ops.scope(name)) {
      Tensor tokenShift = timesteps.spread(ops, shift);
      Tensor tokenScale = timesteps.spread(ops, scale);
      return scope.keep(ops.adaLayerNorm(x, tokenShift, tokenScale, eps));
    }
  }
}
