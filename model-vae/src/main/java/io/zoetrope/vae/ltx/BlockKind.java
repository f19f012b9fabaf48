package io.zoetrope.vae.ltx;

import io.zoetrope.vae.layer.CausalConv3d;
import io.zoetrope.vae.layer.FramePadding;
import io.zoetrope.weights.Weights;

/**
 * What the blocks of an encoder, or of a level of a decoder, have in common.
 *
 * @param padding what stands around a clip
 * @param normEps added to the variance of layer norms
 * @param injectNoise whether residual blocks add noise
 * @param timestepConditioning whether they are told the timestep
 */
record BlockKind(
    FramePadding padding, float normEps, boolean injectNoise, boolean timestepConditioning) {
  /** Blocks without noise and timestep. */
  static BlockKind of(boolean causal, float normEps) {
    return new BlockKind(
        causal ? FramePadding.FIRST_FRAME : FramePadding.FIRST_AND_LAST_FRAME,
        normEps,
        false,
        false);
  }

  BlockKind timed(boolean timed) {
    return new BlockKind(padding, normEps, injectNoise, timed);
  }

  BlockKind noisy(boolean noisy) {
    return new BlockKind(padding, normEps, noisy, timestepConditioning);
  }

  /** Reads {@code conv.weight}, of 3x3x3, and {@code conv.bias}. */
  CausalConv3d conv(Weights weights, long inChannels, long outChannels) {
    return CausalConv3d.load(weights.at("conv"), inChannels, outChannels, 3, 3, padding);
  }
}
