package io.zoetrope.dit.scheduler;

import io.zoetrope.tensor.Tensor;

/**
 * Where a scheduler takes the noise from that it adds in a step; {@code TorchGenerator::randn} is
 * one. A run of a scheduler that adds none never asks.
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
