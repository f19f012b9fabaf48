package io.zoetrope.vae.layer;

import io.zoetrope.nn.Linear;
import io.zoetrope.weights.Weights;

/** Convolutions with a kernel of 1, which are linear layers over channels. */
public final class Pointwise {
  private Pointwise() {}

  /** Reads {@code weight}, stored as [out channels, in channels, 1, 1], and {@code bias}. */
  public static Linear load2d(Weights weights, long inChannels, long outChannels) {
    return new Linear(
        weights.get("weight", outChannels, inChannels, 1, 1).reshape(outChannels, inChannels),
        weights.get("bias", outChannels));
  }

  /** Reads {@code weight}, stored as [out channels, in channels, 1, 1, 1], and {@code bias}. */
  public static Linear load3d(Weights weights, long inChannels, long outChannels) {
    return new Linear(
        weights.get("weight", outChannels, inChannels, 1, 1, 1).reshape(outChannels, inChannels),
        weights.get("bias", outChannels));
  }
}
