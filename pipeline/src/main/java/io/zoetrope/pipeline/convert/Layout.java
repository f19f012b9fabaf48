package io.zoetrope.pipeline.convert;

/** Whose names the tensors of a file have. */
public enum Layout {
  /** Those of diffusers and transformers, as in model folders. */
  DIFFUSERS,
  /** Those of the model's original release, as in single files. */
  ORIGINAL
}
