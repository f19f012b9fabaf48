/**
 * The video autoencoder of Wan 2.1 and 2.2 (Wan Team, 2025, arXiv:2503.20314, section 4.1):
 * diffusers' {@code AutoencoderKLWan}, one class per class there, fields named as in the
 * checkpoint. Start reading at {@link io.zoetrope.vae.wan.WanVae}.
 */
package io.zoetrope.vae.wan;
