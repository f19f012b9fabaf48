package io.zoetrope.random;

import io.zoetrope.tensor.Tensor;

/**
 * Where a job takes its random numbers from, one draw after the other; {@link TorchGenerator#randn}
 * is one. Whoever needs none never asks.
 */
@FunctionalInterface
public interface NoiseSource {
  /** Standard normal noise of a shape: F32, in host memory; other noise at each call. */
  Tensor normal(long... sizes);

  /** A source for schedulers that add no noise: asking it is an error. */
  static NoiseSource none() {
    return sizes -> {
      throw new IllegalStateException("step: this scheduler adds noise, but was given no source");
    };
  }
}
