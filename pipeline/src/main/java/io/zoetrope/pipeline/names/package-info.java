/**
 * What tensors are called in the files that people have, and what they are called in diffusers and
 * transformers, whose names the models ask for: one table for each spelling.
 */
package io.zoetrope.pipeline.names;
