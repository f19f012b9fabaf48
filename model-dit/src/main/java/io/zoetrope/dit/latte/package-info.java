/**
 * The transformer of Latte (Ma et al., "Latte: Latent Diffusion Transformer for Video Generation",
 * 2024, arXiv:2401.03048), whose blocks attend in turn within frames and across them: {@code
 * LatteTransformer3DModel} in diffusers, with its names. Start reading at {@link
 * io.zoetrope.dit.latte.LatteTransformer}.
 */
package io.zoetrope.dit.latte;
