/**
 * The video autoencoder of CogVideoX (Yang et al., 2024, arXiv:2408.06072, section 2.1): diffusers'
 * {@code AutoencoderKLCogVideoX}, with its names. Start reading at {@link
 * io.zoetrope.vae.cogvideox.AutoencoderKLCogVideoX}.
 */
package io.zoetrope.vae.cogvideox;
