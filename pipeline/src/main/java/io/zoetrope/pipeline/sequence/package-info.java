/**
 * Clips that are made in several jobs, each of which goes on from frames of the one before:
 * extensions, loops, and frames between frames.
 */
package io.zoetrope.pipeline.sequence;
