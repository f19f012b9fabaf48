package io.zoetrope.pipeline.run;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;

/** Takes the frames of a decoder. */
interface FrameSink {
  /**
   * Takes frames, chunk by chunk.
   *
   * @param frames [frames, height, width, 3], values from -1 to 1, F32 or BF16
   */
  void add(Ops ops, Tensor frames);
}
