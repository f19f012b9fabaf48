/**
 * What video autoencoders share: causal convolutions and what they remember between the chunks of a
 * clip, tiles and how they are put together again, patches of pixels, and the latents'
 * distribution. Videos are channels-last, [frames, height, width, channels].
 */
package io.zoetrope.vae.layer;
