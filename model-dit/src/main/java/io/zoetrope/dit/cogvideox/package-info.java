/**
 * The transformer of CogVideoX (Yang et al., "CogVideoX: Text-to-Video Diffusion Models with An
 * Expert Transformer", 2024, arXiv:2408.06072), in which text and video are one sequence: {@code
 * CogVideoXTransformer3DModel} in diffusers, with its names. Start reading at {@link
 * io.zoetrope.dit.cogvideox.CogVideoXTransformer}.
 */
package io.zoetrope.dit.cogvideox;
