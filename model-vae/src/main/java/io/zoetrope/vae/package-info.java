/**
 * Video autoencoders, as pipelines see them: {@link io.zoetrope.vae.VideoCodec}. Each family has a
 * package of its own.
 */
package io.zoetrope.vae;
