package io.zoetrope.vae;

import io.zoetrope.random.NoiseSource;

/**
 * What a decoder is told that takes the last noise away itself.
 *
 * @param timestep how noisy the latents are that it is told, from 0 to 1
 * @param noiseScale how much noise is mixed into the latents before, from 0 to 1
 * @param noise gives this noise, and then what layers add, in the order of diffusers
 */
public record DecodeConditions(double timestep, double noiseScale, NoiseSource noise) {}
