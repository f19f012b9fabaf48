package io.zoetrope.dit.cogvideox;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * Layer norm with weights of its own, and then a shift and a scale that come from the timestep:
 * {@code (n * weight + bias) * (1 + scale) + shift} with n the normalised row.
 *
 * @param name of its scope, and of its weights below the transformer or the block
 * @param weight [features]; null for 1
 * @param bias [features]; null for 0
 */
record ModulatedNorm(String name, Tensor weight, Tensor bias, float eps) {
  /** Reads {@code weight} and {@code bias} below a name; a norm that is not affine lacks them. */
  static ModulatedNorm load(Weights weights, String name, CogVideoXConfig config) {
    if (!config.normElementwiseAffine()) {
      return new ModulatedNorm(name, null, null, config.normEps());
    }
    Weights norm = weights.at(name).roundedTo(DType.F32);
    return new ModulatedNorm(
        name,
        norm.get("weight", config.innerDim()),
        norm.get("bias", config.innerDim()),
        config.normEps());
  }

  /** Normalises rows, [..., features], with its own weights alone. */
  Tensor forward(Ops ops, Tensor x) {
    return ops.layerNorm(x, weight, bias, eps);
  }

  /**
   * Normalises rows. Both scales and both shifts are one each, so that no row is passed twice.
   *
   * @param x [tokens, features]
   * @param shift F32, [features]
   * @param scale F32, [features]
   * @return [tokens, features], in the current scope
   */
  Tensor forward(Ops ops, Tensor x, Tensor shift, Tensor scale) {
    try (var scope = ops.scope(name)) {
      Tensor wholeScale = weight == null ? scale : scale(ops, scale);
      Tensor wholeShift = bias == null ? shift : shift(ops, shift, scale);
      return scope.keep(ops.adaLayerNorm(x, wholeShift, wholeScale, eps));
    }
  }

  /** {@code weight * (1 + scale) - 1}. */
  private Tensor scale(Ops ops, Tensor scale) {
    Tensor own = ops.cast(weight, DType.F32);
    Tensor one = ops.allocate(DType.F32, own.shape());
    ops.fill(one, 1);
    Tensor whole = ops.multiply(own, scale);
    ops.linearCombinationInto(whole, new double[] {1, 1, -1}, own, whole, one);
    return whole;
  }

  /** {@code bias * (1 + scale) + shift}. */
  private Tensor shift(Ops ops, Tensor shift, Tensor scale) {
    Tensor own = ops.cast(bias, DType.F32);
    Tensor whole = ops.multiply(own, scale);
    ops.linearCombinationInto(whole, new double[] {1, 1, 1}, own, whole, shift);
    return whole;
  }
}
