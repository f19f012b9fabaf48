/**
 * The video autoencoders of LTX-Video 0.9.0 to 0.9.8 (HaCohen et al., 2024, arXiv:2501.00103,
 * section 3.1) and its latent upsampler: {@code AutoencoderKLLTXVideo} and {@code
 * LTXLatentUpsamplerModel} in diffusers, one class per class there, fields named as in the
 * checkpoint. Start reading at {@link io.zoetrope.vae.ltx.AutoencoderKLLTXVideo}.
 */
package io.zoetrope.vae.ltx;
