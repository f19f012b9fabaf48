/**
 * Diffusion transformers, as samplers see them: {@link io.zoetrope.dit.Predictor}. Each family has
 * a package of its own.
 */
package io.zoetrope.dit;
