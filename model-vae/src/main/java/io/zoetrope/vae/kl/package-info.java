/**
 * The picture autoencoder of latent diffusion (Rombach et al., 2022, arXiv:2112.10752), which video
 * models use frame by frame: {@code AutoencoderKL} in diffusers, with its names. Start reading at
 * {@link io.zoetrope.vae.kl.AutoencoderKL}.
 */
package io.zoetrope.vae.kl;
