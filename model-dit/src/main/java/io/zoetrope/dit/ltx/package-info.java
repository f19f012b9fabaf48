/**
 * The transformer of LTX-Video (HaCohen et al., "LTX-Video: Realtime Video Latent Diffusion", 2024,
 * arXiv:2501.00103): {@code LTXVideoTransformer3DModel} in diffusers, with its names. Start reading
 * at {@link io.zoetrope.dit.ltx.LTXTransformer}.
 */
package io.zoetrope.dit.ltx;
