package io.zoetrope.nn;

import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.PendingProduct;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;
import java.util.List;
import java.util.stream.Stream;

/**
 * An affine map, {@code x weight^T + bias}.
 *
 * @param weight [out features, in features]
 * @param bias [out features], or null
 */
public record Linear(Tensor weight, Tensor bias) {
  /** Reads {@code weight} and {@code bias}. */
  public static Linear load(Weights weights, long inFeatures, long outFeatures) {
    return new Linear(
        weights.get("weight", outFeatures, inFeatures), weights.get("bias", outFeatures));
  }

  /** Reads {@code weight} of a layer without bias. */
  public static Linear loadWithoutBias(Weights weights, long inFeatures, long outFeatures) {
    return new Linear(weights.get("weight", outFeatures, inFeatures), null);
  }

  /** [..., in features] to [..., out features]. */
  public Tensor forward(Ops ops, Tensor x) {
    return forward(ops, x, Activation.NONE);
  }

  /** [..., in features] to [..., out features], with an activation behind. */
  public Tensor forward(Ops ops, Tensor x, Activation activation) {
    return ops.linear(x, weight, bias, activation);
  }

  /** Several layers over the same x: [rows, in features] to [rows, out features] of each. */
  public static List<Tensor> forward(Ops ops, Tensor x, Linear... layers) {
    return ops.linears(
        x,
        Stream.of(layers).map(Linear::weight).toList(),
        Stream.of(layers).map(Linear::bias).toList());
  }

  /**
   * Maps [rows, in features] to [rows, out features], for whoever adds that to something at once.
   */
  public PendingProduct product(Ops ops, Tensor x) {
    return ops.linearProduct(x, weight, bias);
  }

  /**
   * Multiplies {@code out}, [rows, out features], with the result.
   *
   * @param x [rows, in features]
   */
  public void multiplyInPlace(Ops ops, Tensor out, Tensor x) {
    ops.linearMultiplyInPlace(out, x, weight, bias);
  }
}
