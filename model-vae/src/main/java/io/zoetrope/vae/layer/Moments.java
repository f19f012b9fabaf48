package io.zoetrope.vae.layer;

import io.zoetrope.tensor.Tensor;

/**
 * The normal distribution of a clip's latents; its mode is {@code mean} ({@code
 * DiagonalGaussianDistribution} in diffusers).
 *
 * @param mean [latent frames, height, width, latent channels]
 * @param logvar logarithm of the variance, as {@code mean}
 */
public record Moments(Tensor mean, Tensor logvar) {}
