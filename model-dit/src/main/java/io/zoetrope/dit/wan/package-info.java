/**
 * The diffusion transformer of Wan 2.1 and 2.2 (Wan Team, 2025, arXiv:2503.20314): diffusers'
 * {@code WanTransformer3DModel}, one class per class there, fields named as in the checkpoint.
 * Start reading at {@link io.zoetrope.dit.wan.WanTransformer}.
 */
package io.zoetrope.dit.wan;
