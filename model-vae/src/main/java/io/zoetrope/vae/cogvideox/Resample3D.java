package io.zoetrope.vae.cogvideox;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;

/** The way from a resolution to the next one. */
interface Resample3D {
  /** [frames, height, width, channels] to [frames out, height out, width out, channels]. */
  Tensor forward(Ops ops, Tensor x);
}
