/**
 * Layers that model families share: what is read from a checkpoint under one name, and a {@code
 * forward} over {@link io.zoetrope.ops.Ops}. Names are those of diffusers, or of the paper where
 * diffusers has none.
 */
package io.zoetrope.nn;
