package io.zoetrope.vae.layer;

/**
 * What goes on with a chunk of a clip where it left off, with the last frames of the one before.
 */
public interface Remembering {
  /** How many frames it needs to remember. */
  int rememberedFrames();
}
