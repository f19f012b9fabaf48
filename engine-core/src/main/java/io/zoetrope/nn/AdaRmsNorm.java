package io.zoetrope.nn;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;

/**
 * Root mean square normalisation without weights, whose shift and scale come from the timestep
 * (adaLN; Peebles and Xie, 2023, section 3.2).
 *
 * @param name under which the norm is shown, before it is modulated
 * @param eps added to the mean square
 */
public record AdaRmsNorm(String name, float eps) {
  /**
   * {@code rmsNorm(x) * (1 + scale) + shift}, rounded behind each of the three.
   *
   * @param x [tokens, dim]
   * @param shift F32, [timesteps, dim]
   * @param scale F32, [timesteps, dim]
   * @return [tokens, dim], in the current scope
   */
  public Tensor forward(Ops ops, Tensor x, Tensor shift, Tensor scale, TokenTimesteps timesteps) {
    try (var scope = ops.scope()) {
      Tensor ones = ops.allocate(DType.F32, Shape.of(x.size(1)));
      ops.fill(ones, 1);
      Tensor normalised = ops.tap(name, ops.rmsNorm(x, ones, eps));
      Tensor out = ops.copy(normalised);
      ops.addGatedInPlace(out, normalised, timesteps.spread(ops, scale));
      ops.addInPlace(out, ops.copy(timesteps.spread(ops, shift)));
      return scope.keep(out);
    }
  }
}
